/**
 * `npm run -s chaos -- --sim|--real --seeds N [--seed FIRST] [--break NAME] [--trace] [--json]`: what must hold whatever fails.
 *
 * `--sim` runs the product's sync engine, five times over, in this one process: virtual time, a model of the server, a
 * network and disks that fail as the seed says. A seed replays to the byte. `--real` runs it as processes over real
 * files against Postgres, the shape endpoint and the gateway, behind a proxy; its schedule replays, its interleaving
 * does not. Both make the same operations and are checked by the same rules (checks.ts).
 *
 * Exit code 0: nothing was lost, done twice, diverged or stalled, and the run was not vacuous.
 */
import { spawn } from 'node:child_process'
import { parseChaosArguments } from './arguments.ts'
import { installBreak } from './breaks/install.ts'
import { FAULT_KINDS } from './faults.ts'
import { findings, reportOf, type SeedResult } from './report.ts'

const options = parseChaosArguments(process.argv.slice(2))
const say = (line: string): void => void process.stderr.write(`${line}\n`)
// Electric's client warns of the faults that it is given.
console.warn = () => {}

/** So many seeds run in one process before the next takes over: what a simulated process left behind goes with it. */
const PART = 50

/** A part of a long run, in a process of its own. */
const runPart = async (first: number, seeds: number): Promise<readonly SeedResult[]> => {
  const part = spawn(
    process.execPath,
    [import.meta.filename, '--sim', '--lines', '--seed', String(first), '--seeds', String(seeds)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const texts: string[] = []
  part.stdout.setEncoding('utf8').on('data', (text: string) => texts.push(text))
  await new Promise((resolve) => part.once('close', resolve))
  const lines = texts.join('').split('\n').filter(Boolean)
  if (lines.length !== seeds) throw new Error(`The part from seed ${first} ended after ${lines.length} seeds`)
  return lines.map((line): SeedResult => JSON.parse(line))
}

const runner = async (): Promise<(seed: number) => Promise<SeedResult>> => {
  if (options.tier === 'real') return (await import('./real/run.ts')).openReal(say)
  if (options.faulty) installBreak(options.faulty)
  const { runSeed } = await import('./sim/world.ts')
  return async (seed) => {
    const result = await runSeed(seed, options.trace)
    if (options.trace) say(result.trace)
    say(`seed ${seed}: ${result.digest}`)
    return result
  }
}

const results: SeedResult[] = []
const began = performance.now()
const inParts = options.tier === 'sim' && options.seeds > PART && !options.faulty && !options.trace
for (let at = 0; inParts && at < options.seeds; at += PART)
  results.push(...(await runPart(options.first + at, Math.min(PART, options.seeds - at))))
const run = inParts ? null : await runner()
for (let seed = options.first; run && seed < options.first + options.seeds; seed++) {
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
