/**
 * `npm run -s chaos -- --sim|--real --seeds N [--seed FIRST] [--break NAME] [--jobs N]
 * [--trace] [--json]`: what must hold whatever fails.
 *
 * `--sim` runs the product's sync engine, five times over, in this one process: virtual time, a model of the server, a
 * network and disks that fail as the seed says. A seed replays to the byte. `--real` runs it as processes over real
 * files against Postgres, the shape endpoint and the gateway, behind a proxy; its schedule replays, its interleaving
 * does not. Both make the same operations and are checked by the same rules (checks.ts).
 *
 * Exit code 0: nothing was lost, done twice, diverged or stalled, and the run was not vacuous.
 */
import { parseChaosArguments } from './arguments.ts'
import { installBreak } from './breaks/install.ts'
import { FAULT_KINDS } from './faults.ts'
import { runParts } from './parts.ts'
import { findings, reportOf, type SeedResult } from './report.ts'

const options = parseChaosArguments(process.argv.slice(2))
const say = (line: string): void => void process.stderr.write(`${line}\n`)
// Electric's client warns of the faults that it is given.
console.warn = () => {}
// Thousands of errors are made and expected in a long run; a seed run alone tells where one came from.
if (options.lines && options.tier === 'sim') Error.stackTraceLimit = 0

/** So many seeds run in one process before the next takes over; several processes share the work. */
const PART = { sim: 50, real: 50 } as const

const runner = async (): Promise<(seed: number) => Promise<SeedResult>> => {
  if (options.tier === 'real') return (await import('./real/run.ts')).openReal(say)
  if (options.faulty) installBreak(options.faulty)
  const { runSeed } = await import('./sim/world.ts')
  return async (seed) => {
    const result = await runSeed(seed, options.trace)
    if (options.trace) say(result.trace)
    if (!options.lines) say(`seed ${seed}: ${result.digest}`)
    return result
  }
}

const results: SeedResult[] = []
const began = performance.now()
const { tier, first, seeds, jobs } = options
const size = PART[tier]
const inParts = !options.lines && seeds > size && !options.faulty && !options.trace
if (inParts) results.push(...(await runParts({ tier, first, seeds, jobs, size, say })))
const run = inParts ? null : await runner()
for (let seed = first; run && seed < first + seeds; seed++) {
  const result = await run(seed)
  results.push(result)
  if (options.lines) process.stdout.write(`${JSON.stringify(result)}\n`)
  const found = findings(result)
  for (const line of found) say(`seed ${seed}: ${line}`)
  // One catch is what a faulty part is run for.
  if (options.faulty && found.length > 0) break
}
if (options.lines) process.exit(0)
say(`${results.length} seeds in ${Math.round((performance.now() - began) / 1_000)} s`)
const report = reportOf(results, say)
if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`)
else
  for (const [name, value] of Object.entries(report))
    process.stdout.write(
      name === 'faults'
        ? `${FAULT_KINDS.map((kind) => `  ${kind} ${report.faults[kind]}`).join('\n')}\n`
        : `${name} ${value}\n`,
    )
const { lost, duplicated, diverged, stalled, errors } = report
process.exit(lost + duplicated + diverged + stalled + errors > 0 ? 1 : 0)
