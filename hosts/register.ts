// `node --import hosts/register.ts out/main/index.js` runs a main process without Electron: `electron` is the stand-in there.
import { registerHooks } from 'node:module'
import { isMainThread } from 'node:worker_threads'

const isUtility = process.env['OUTPOST_STAND_IN_ROLE'] === 'utility'
const standIn = new URL(isUtility ? './utility/index.ts' : './electron/index.ts', import.meta.url).href
const names = new Set(['electron', 'electron/main', 'electron/utility'])

registerHooks({
  resolve: (specifier, context, next) =>
    names.has(specifier) ? { url: standIn, format: 'module', shortCircuit: true } : next(specifier, context),
})

if (isUtility && isMainThread) {
  const { installParentPort } = await import('./utility/parent-port.ts')
  installParentPort()
}
