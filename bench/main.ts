import { parseArgs } from 'node:util'
import { report } from './bench.ts'
import type { BenchResult } from './figures.ts'
import { benchPeers } from './peers/bench.ts'
import { benchQuery } from './query/bench.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rows: { type: 'string' },
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '200' },
    'sqlite-runs': { type: 'string', default: '10' },
    json: { type: 'boolean', default: false },
  },
})

const options = {
  rows: Number(values.rows ?? 100_000),
  seed: Number(values.seed),
  runs: Number(values.runs),
  sqliteRuns: Number(values['sqlite-runs']),
  log: (line: string) => process.stderr.write(`${line}\n`),
}

const BENCHES: Readonly<Record<string, () => Promise<BenchResult>>> = {
  query: () => benchQuery(options),
  peers: () => benchPeers({ ...options, rows: values.rows ? options.rows : 50_000 }),
  latency: async () => report('latency', (await import('./latency.ts')).latency, options),
  mutate: async () => report('mutate', (await import('./mutate.ts')).mutate, options),
  startup: async () => report('startup', (await import('./startup.ts')).startup, options),
  sync: async () => report('sync', (await import('./sync.ts')).sync, options),
  ui: async () => report('ui', (await import('./ui.ts')).ui, options),
}

const show = ({ name, metrics, env }: BenchResult): void => {
  console.log(
    `${name}: ${Object.entries(env)
      .map(([key, value]) => `${key} ${value}`)
      .join(', ')}`,
  )
  const width = Math.max(...Object.keys(metrics).map((key) => key.length))
  for (const [key, value] of Object.entries(metrics)) console.log(`  ${key.padEnd(width)}  ${value}`)
}

const [name = ''] = positionals
const bench = BENCHES[name]
if (!bench) {
  console.error(`usage: npm run bench -- ${Object.keys(BENCHES).join('|')} [--rows N] [--seed N] [--runs N] [--json]`)
  process.exit(2)
}
const result = await bench()
if (values.json) console.log(JSON.stringify(result))
else show(result)
