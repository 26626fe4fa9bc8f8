/** `node main.ts writes|reads|network once|lasting [FAULTY PART]`: fails every step in turn, prints what was found. */
import { z } from 'zod'
import { BREAKS, installBreak } from '../breaks/install.ts'

const names = Object.keys(BREAKS) as (keyof typeof BREAKS)[]
const [what, lasting, faulty] = z
  .tuple([z.enum(['writes', 'reads', 'network']), z.enum(['once', 'lasting']), z.enum(names).optional()])
  .parse(process.argv.slice(2))
console.warn = () => {}
if (faulty) installBreak(faulty)
const { runWithFault } = await import('./run.ts')

const failures: { n: number; findings: readonly string[] }[] = []
let n = 0
for (let hit = true; hit; ) {
  n++
  const result = await runWithFault({ what, lasting: lasting === 'lasting', n })
  hit = result.hit
  if (result.findings.length > 0) failures.push({ n, findings: result.findings })
  // One catch is what a faulty part is run for.
  if (faulty && failures.length > 0) break
}
process.stdout.write(`${JSON.stringify({ steps: n - 1, failures })}\n`)
process.exit(0)
