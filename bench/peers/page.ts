import * as Comlink from 'comlink'
import type { PeersApi } from './worker.ts'

declare global {
  interface Window {
    peers: Comlink.Remote<PeersApi>
  }
}

window.peers = Comlink.wrap<PeersApi>(new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' }))
