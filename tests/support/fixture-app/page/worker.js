let port
let bytes = 0
let startedAt = 0

function receive({ data }) {
  if (data.amounts) bytes += data.amounts.byteLength
  else if (data.done) postMessage({ bytes, milliseconds: performance.now() - startedAt })
  else postMessage(data)
}

self.onmessage = ({ data, ports }) => {
  if (data.type === 'port') {
    port = ports[0]
    port.onmessage = receive
    port.onclose = () => postMessage('port closed')
    postMessage('port open')
  } else if (data.type === 'stream') {
    bytes = 0
    startedAt = performance.now()
    port.postMessage(data)
  } else {
    port.postMessage(data.value)
  }
}
