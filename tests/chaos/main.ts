import { parseArgs } from 'node:util'
import { findings, reportOf, type SeedResult } from './report.ts'
import { runSeed } from './sim/world.ts'

const { values } = parseArgs({
  options: {
    sim: { type: 'boolean', default: false },
    real: { type: 'boolean', default: false },
    seeds: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    break: { type: 'string' },
    trace: { type: 'boolean', default: false },
  },
})
const say = (line: string): void => void process.stderr.write(`${line}\n`)
const results: SeedResult[] = []
const first = Number(values.seed)
const count = Number(values.seeds)
for (let seed = first; seed < first + count; seed++) {
  const began = performance.now()
  const result = await runSeed(seed, values.trace)
  results.push(result)
  for (const line of findings(result)) say(`seed ${seed}: ${line}`)
  say(`seed ${seed}: ${result.ops} ops, ${Math.round(performance.now() - began)} ms, ${result.digest.slice(0, 12)}`)
  if (values.trace) process.stdout.write(`${result.trace}\n`)
}
process.stdout.write(`${JSON.stringify(reportOf(results, say))}\n`)
