const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Runs `stopNow` (synchronous) when this process exits, or gets a signal that nobody else handles; such a signal then
 * ends the process as it would have. Somebody who handles signals is trusted to stop what it started. Returns the undo.
 */
export function guardExit(stopNow: () => void): () => void {
  const onSignal = (signal: NodeJS.Signals): void => {
    if (process.listenerCount(signal) > guards) return
    stopNow()
    release()
    process.kill(process.pid, signal)
  }
  const release = (): void => {
    if (!active) return
    active = false
    guards -= 1
    process.off('exit', stopNow)
    for (const signal of SIGNALS) process.off(signal, onSignal)
  }
  let active = true
  guards += 1
  process.on('exit', stopNow)
  for (const signal of SIGNALS) process.on(signal, onSignal)
  return release
}

let guards = 0
