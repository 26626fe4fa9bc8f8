const worker = new Worker('worker.js', { type: 'module' })
const answers = []
let waiting = () => {}

worker.onmessage = ({ data }) => {
  answers.push(data)
  waiting()
}
window.addEventListener('message', ({ data, ports }) => {
  if (data === 'port') worker.postMessage({ type: 'port' }, [...ports])
})

window.atStart = { hasApi: typeof window.fixture === 'object', hasRequire: 'require' in window }
window.toWorker = (message) => worker.postMessage(message)
window.endWorker = () => worker.terminate()
/** The next thing that the worker says. */
window.fromWorker = async () => {
  while (answers.length === 0)
    await new Promise((resolve) => {
      waiting = resolve
    })
  return answers.shift()
}
