import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** Kernel clock ticks a second, as /proc counts them. */
const ticksASecond = (): number => Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // It ended meanwhile, or there is no /proc.
    return ''
  }
}

/**
 * When a child of a process whose command line names `entry` was spawned, epoch ms to some 10 ms; null where there is
 * none, or no /proc.
 */
export const spawnedAt = (parentPid: number, entry: string): number | null => {
  const uptimeMs = Number(read('/proc/uptime').split(' ')[0]) * 1_000
  if (!(uptimeMs > 0)) return null
  const bootMs = Date.now() - uptimeMs
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const stat = read(`/proc/${pid}/stat`)
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (Number(fields[1]) !== parentPid || !read(`/proc/${pid}/cmdline`).includes(entry)) continue
    return bootMs + (Number(fields[19]) / ticksASecond()) * 1_000
  }
  return null
}
