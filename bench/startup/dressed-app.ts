import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { build } from 'vite'

const root = path.resolve(import.meta.dirname, '../..')

/** A script and what it imports as one file's text. */
const bundled = async (entry: string): Promise<string> => {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    build: { write: false, target: 'esnext', lib: { entry, formats: ['es'], fileName: 'script' } },
  })
  const [output] = [result].flat()
  const chunk = output && 'output' in output ? output.output[0] : undefined
  if (!chunk) throw new Error(`${entry} gave no script`)
  return chunk.code
}

/**
 * A copy of the built app whose page runs another script first, or whose query worker is another script, so that a start
 * is watched from its first moment. Inside the project, where the app finds its packages.
 *
 * @returns the main process' entry
 */
export const dressedApp = async (
  name: string,
  { pageScript, worker }: { readonly pageScript?: string; readonly worker?: string },
): Promise<string> => {
  const copy = path.join(root, '.outpost/bench', name)
  rmSync(copy, { recursive: true, force: true })
  for (const part of ['main', 'preload', 'renderer'])
    cpSync(path.join(root, 'out', part), path.join(copy, part), { recursive: true })
  const renderer = path.join(copy, 'renderer')
  if (pageScript) {
    writeFileSync(path.join(renderer, 'assets/bench.js'), await bundled(pageScript))
    const page = path.join(renderer, 'index.html')
    const html = readFileSync(page, 'utf8')
    writeFileSync(page, html.replace('<script', '<script type="module" src="./assets/bench.js"></script><script'))
  }
  if (worker) {
    const own = readdirSync(path.join(renderer, 'assets')).find((file) => /^worker-.*\.js$/.test(file))
    if (!own) throw new Error('The built app has no query worker.')
    writeFileSync(path.join(renderer, 'assets', own), await bundled(worker))
  }
  return path.join(copy, 'main/index.js')
}
