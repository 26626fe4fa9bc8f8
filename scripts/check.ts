import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** `npm run check`: types of every environment, format and lint, import rules, dead code. Prints each; exits 1 on any. */
const root = fileURLToPath(new URL('..', import.meta.url))

interface Step {
  readonly name: string
  /** A JavaScript or TypeScript file and its arguments, for this Node: shims in .bin differ between systems. */
  readonly command: readonly string[]
}

/** Folders with a tsconfig.json of their own: one an environment. */
const environments = (folder = ''): readonly string[] => {
  const below = readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !/^(\.|node_modules$|out$|dist$|test-results$)/.test(entry.name))
    .flatMap((entry) => environments(join(folder, entry.name)))
  return existsSync(join(root, folder, 'tsconfig.json')) ? [folder, ...below] : below
}

const bin = (path: string): string => join(root, 'node_modules', path)

const steps: readonly Step[] = [
  {
    name: 'format and lint',
    command: [bin('@biomejs/biome/bin/biome'), 'ci', '--error-on-warnings', '--colors=off', '.'],
  },
  { name: 'import rules', command: [join(root, 'scripts/import-rules.ts')] },
  { name: 'dead code', command: [bin('knip/bin/knip.js'), '--no-progress', '--treat-config-hints-as-errors'] },
  ...environments().map((folder) => ({
    name: `types of ${folder}`,
    command: [bin('typescript/bin/tsc'), '-p', join(folder, 'tsconfig.json')],
  })),
]

/** Runs one step; its output appears whole when it ends, so that steps side by side do not mix. */
const run = ({ name, command }: Step): Promise<boolean> =>
  new Promise((done) => {
    const startedMs = performance.now()
    const child = spawn(process.execPath, command, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const keep = (text: string): void => {
      output += text
    }
    child.stdout.setEncoding('utf8').on('data', keep)
    child.stderr.setEncoding('utf8').on('data', keep)
    child.on('close', (code) => {
      const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
      console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`)
      if (code !== 0) console.log(output.trimEnd())
      done(code === 0)
    })
  })

const waiting = [...steps]
const failed: string[] = []
const lane = async (): Promise<void> => {
  for (let step = waiting.shift(); step; step = waiting.shift()) if (!(await run(step))) failed.push(step.name)
}
await Promise.all(Array.from({ length: Math.max(2, Math.min(4, availableParallelism())) }, lane))
if (failed.length > 0) console.log(`\nFailed: ${failed.join(', ')}`)
process.exitCode = failed.length === 0 ? 0 : 1
