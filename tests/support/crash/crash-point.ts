import Database from 'better-sqlite3'

/** Where to die: after the n-th commit that the named thread makes. */
export interface CrashPoint {
  readonly thread: 'main' | 'replica'
  readonly commit: number
}

/** `thread:n`, as the test passes it on the command line. */
export const parseCrashPoint = (text: string): CrashPoint => {
  const [thread, commit] = text.split(':')
  return { thread: thread === 'replica' ? 'replica' : 'main', commit: Number(commit) }
}

/** Kills the process (SIGKILL) right after this thread's n-th committed transaction. */
export const dieAfterCommit = (n: number): void => {
  let commits = 0
  const { transaction } = Database.prototype
  // The product asks for `db.transaction(work).immediate()` at one place; the wrapper counts its returns.
  Database.prototype.transaction = function (this: Database.Database, work: Parameters<typeof transaction>[0]) {
    const made = transaction.call(this, work)
    const { immediate } = made
    const counted = (...params: unknown[]): unknown => {
      const answer = immediate.apply(made, params)
      commits++
      if (commits === n) process.kill(process.pid, 'SIGKILL')
      return answer
    }
    return { immediate: counted } as unknown as typeof made
  } as typeof transaction
}
