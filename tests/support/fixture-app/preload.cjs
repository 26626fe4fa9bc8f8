const { contextBridge, ipcRenderer } = require('electron')

ipcRenderer.on('port', (event) => window.postMessage('port', '*', event.ports))

contextBridge.exposeInMainWorld('fixture', {
  version: 7,
  call: (name, ...args) => ipcRenderer.invoke('call', name, ...args),
  note: (text) => ipcRenderer.send('note', text),
  onNoted: (listener) => {
    const forward = (_event, text) => listener({ text, at: new Date(0) })
    ipcRenderer.on('noted', forward)
    return () => ipcRenderer.removeListener('noted', forward)
  },
  add: (a, b) => a + b,
  fail: () => {
    throw new RangeError('too far')
  },
  nested: { list: [{ double: (n) => n * 2 }] },
})
