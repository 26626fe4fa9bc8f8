import { execFileSync } from 'node:child_process'

/** Whether a process runs; one that has ended but that nobody has waited for does not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  if (process.platform === 'win32') return true
  return !execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('Z')
}

/** The processes whose command line names a path; zombies, which have none left, are not among them. */
export function processesNaming(path: string): number[] {
  if (process.platform === 'win32') {
    const script = `Get-CimInstance Win32_Process | ? { $_.CommandLine -like '*${path}*' } | % { $_.ProcessId }`
    return lines(execFileSync('powershell', ['-NoProfile', '-Command', script], { encoding: 'utf8' })).map(Number)
  }
  const list = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' })
  return lines(list)
    .filter((line) => line.includes(path) && !line.includes('ps -eo'))
    .map((line) => Number.parseInt(line, 10))
}

const lines = (text: string): string[] => text.split('\n').filter((line) => line.trim() !== '')
