import { Worker } from 'node:worker_threads'
import type { MessagePortMain } from 'electron'

const batchRows = 65_536

function serve(port: MessagePortMain): void {
  port.on('message', ({ data }) => {
    if (data?.type === 'stream') {
      // What the query worker gets while columns load: batches of a few columns each.
      for (let batch = 0; batch < data.batches; batch++) {
        const amounts = new Float64Array(batchRows).fill(batch)
        port.postMessage({ batch, amounts, names: ['a', 'b'] })
      }
      port.postMessage({ done: true })
    } else {
      port.postMessage({ echo: data })
    }
  })
  port.on('close', () => process.parentPort.postMessage('port closed'))
  port.start()
}

process.parentPort.on('message', ({ data, ports }) => {
  if (data.type === 'crash') process.exit(9)
  if (data.type === 'thread') {
    const worker = new Worker("require('node:worker_threads').parentPort.postMessage(6 * 7)", { eval: true })
    worker.on('message', (answer) => process.parentPort.postMessage({ thread: answer }))
  }
  for (const port of ports) serve(port)
})
