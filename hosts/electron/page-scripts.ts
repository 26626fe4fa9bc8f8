import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const hosts = join(import.meta.dirname, '..')
const msgpackr = dirname(fileURLToPath(import.meta.resolve('msgpackr')))

/** Scripts that a page's bridge worker loads from the loopback server: URL below `/__stand-in/` → file. */
const served: Readonly<Record<string, string>> = {
  'bridge.js': join(hosts, 'page/bridge.ts'),
  'wire.js': join(hosts, 'wire.ts'),
  'codec.js': join(hosts, 'codec.ts'),
  'frames.js': join(hosts, 'frames.ts'),
  'msgpackr/index.js': join(msgpackr, 'index.js'),
  'msgpackr/pack.js': join(msgpackr, 'pack.js'),
  'msgpackr/unpack.js': join(msgpackr, 'unpack.js'),
  'msgpackr/iterators.js': join(msgpackr, 'iterators.js'),
}

/** The folder of the stand-in's own scripts on the loopback server. */
export const scriptsPath = '/__stand-in/'

function script(file: string): string {
  const source = readFileSync(file, 'utf8')
  return file.endsWith('.ts') ? stripTypeScriptTypes(source) : source
}

/** The source of a script of the bridge worker, or undefined when there is none of that name. */
export function bridgeScript(name: string): string | undefined {
  const file = Object.hasOwn(served, name) ? served[name] : undefined
  if (file === undefined) return undefined
  return script(file)
    .replaceAll(/from '(?:\.\.?\/)+(\w+)\.ts'/g, "from './$1.js'")
    .replaceAll("from 'msgpackr'", "from './msgpackr/index.js'")
}

/** Files of `page/` as one function body: what the later import from the earlier is in scope. */
function joined(...names: string[]): string {
  return names
    .map((name) => script(join(hosts, 'page', name)))
    .join('\n')
    .replaceAll(/^import .*$/gm, '')
    .replaceAll(/^export /gm, '')
}

/** What runs first in the page's own world: the receiving side of contextBridge. */
export function mainWorldScript(): string {
  return `(() => {\n${joined('world-bridge.ts', 'main-world.ts')}\n})()`
}

/** What runs in the isolated world before any script of the page: `electron` for the preload script, then the preload. */
export function isolatedWorldScript(settings: { origin: string; windowKey: string; preload: string }): string {
  const { origin, windowKey, preload } = settings
  return `if (window === window.top && location.origin === ${JSON.stringify(origin)}) {
    const standIn = (() => {\n${joined('world-bridge.ts', 'accelerators.ts', 'prompts.ts', 'isolated-world.ts')}\n
      return startIsolatedWorld(${JSON.stringify({ windowKey, platform: process.platform })}) })();
    ((require, module, exports, process) => {\n${preload}\n})(
      standIn.require, standIn.module, standIn.module.exports, standIn.process)
  }`
}
