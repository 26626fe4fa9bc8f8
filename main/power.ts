import { net, powerMonitor } from 'electron'

const onlineCheckMs = 3_000

/** Calls `wake` when the computer resumes or is unlocked, and when its network comes back; `shutdown` when it goes down. */
export function watchPower(wake: () => void, shutdown: () => void): void {
  powerMonitor.on('resume', wake)
  powerMonitor.on('unlock-screen', wake)
  powerMonitor.on('shutdown', shutdown)
  let wasOnline = net.isOnline()
  // Electron has no event for it in the main process; the check reads a flag that Chromium keeps.
  const timer = setInterval(() => {
    const isOnline = net.isOnline()
    if (isOnline && !wasOnline) wake()
    wasOnline = isOnline
  }, onlineCheckMs)
  timer.unref()
}
