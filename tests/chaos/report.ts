import { FAULT_KINDS, type FaultCounts, type FaultKind, noFaults } from './faults.ts'

/** What one seed came to. */
export interface SeedResult {
  readonly seed: number
  readonly ops: number
  readonly faults: FaultCounts
  readonly conflicts: number
  readonly refusals: number
  readonly lost: readonly string[]
  readonly duplicated: readonly string[]
  readonly diverged: readonly string[]
  readonly stalled: readonly string[]
  readonly errors: readonly string[]
}

export interface Report {
  readonly seeds: number
  readonly ops: number
  readonly faults: FaultCounts
  readonly conflicts: number
  readonly refusals: number
  readonly lost: number
  readonly duplicated: number
  readonly diverged: number
  readonly stalled: number
  readonly errors: number
}

const MIN_OPS = 200
/** Below this many seeds chance alone may miss a kind of fault. */
const ENOUGH_SEEDS = 24

export const findings = (result: SeedResult): readonly string[] =>
  (['lost', 'duplicated', 'diverged', 'stalled', 'errors'] as const).flatMap((kind) =>
    result[kind].map((text) => `${kind}: ${text}`),
  )

/** A run that could not have found anything is an error itself. */
const vacuities = (results: readonly SeedResult[]): readonly string[] => {
  const found = results
    .filter(({ ops }) => ops < MIN_OPS)
    .map(({ seed, ops }) => `seed ${seed} had only ${ops} operations`)
  if (results.length < ENOUGH_SEEDS) return found
  for (const kind of FAULT_KINDS) {
    const hit = results.filter(({ faults }) => faults[kind] > 0).length
    if (hit < results.length / 4) found.push(`${kind} hit ${hit} of ${results.length} seeds`)
  }
  for (const kind of ['conflicts', 'refusals'] as const)
    if (results.every((result) => result[kind] === 0)) found.push(`there were no ${kind}`)
  return found
}

/** Adds the seeds up; `say` is told why a run counts as vacuous. */
export const reportOf = (results: readonly SeedResult[], say: (line: string) => void): Report => {
  const vacuous = vacuities(results)
  for (const line of vacuous) say(`vacuous: ${line}`)
  const sum = (of: (result: SeedResult) => number): number => results.reduce((total, result) => total + of(result), 0)
  const faults = noFaults()
  for (const kind of FAULT_KINDS) faults[kind as FaultKind] = sum((result) => result.faults[kind])
  return {
    seeds: results.length,
    ops: sum(({ ops }) => ops),
    faults,
    conflicts: sum(({ conflicts }) => conflicts),
    refusals: sum(({ refusals }) => refusals),
    lost: sum(({ lost }) => lost.length),
    duplicated: sum(({ duplicated }) => duplicated.length),
    diverged: sum(({ diverged }) => diverged.length),
    stalled: sum(({ stalled }) => stalled.length),
    errors: sum(({ errors }) => errors.length) + vacuous.length,
  }
}
