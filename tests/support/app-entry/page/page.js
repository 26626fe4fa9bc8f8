window.lines = []
window.events = []
window.addEventListener('message', ({ source, data, ports }) => {
  if (source !== window || data?.type !== 'outpost:query-port') return
  ports[0].onmessage = (event) => window.lines.push(event.data)
})
for (const event of ['status', 'command']) window.outpost.on(event, (payload) => window.events.push({ event, payload }))
