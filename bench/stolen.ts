import { readFileSync } from 'node:fs'

/** Time of all cores since the start, in ticks, and what of it the host of a virtual machine kept; Linux only. */
const ticks = (): { readonly all: number; readonly stolen: number } | null => {
  try {
    // user, nice, system, idle, iowait, irq, softirq, steal: man 5 proc_stat.
    const times = (readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '').trim().split(/\s+/).slice(1, 9).map(Number)
    return { all: times.reduce((sum, time) => sum + time, 0), stolen: times[7] ?? 0 }
  } catch {
    return null
  }
}

/**
 * Begins to watch; answers what tells which share of the cores' time the host has kept since, in percent. It is null where
 * the system does not say.
 */
export const watchStolen = (): (() => number | null) => {
  const before = ticks()
  return () => {
    const after = ticks()
    if (!before || !after || after.all === before.all) return null
    return ((after.stolen - before.stolen) / (after.all - before.all)) * 100
  }
}
