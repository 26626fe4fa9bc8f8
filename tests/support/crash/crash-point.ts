import Database from 'better-sqlite3'

/** Where to die: after the n-th commit that the named thread makes; `ahead`: the n-th of the replica's after which rows of a body wait for its end. */
export interface CrashPoint {
  readonly thread: 'main' | 'replica' | 'ahead'
  readonly commit: number
}

/** `thread:n`, as the test passes it on the command line. */
export const parseCrashPoint = (text: string): CrashPoint => {
  const [thread, commit] = text.split(':')
  return { thread: thread === 'replica' || thread === 'ahead' ? thread : 'main', commit: Number(commit) }
}

/** Rows of a body whose end is still to come are in the connection's own memory. */
const rowsAhead = (db: Database.Database): boolean =>
  db.prepare(`select 1 from temp.sqlite_master where name like 'ahead_%'`).get() !== undefined

/** Kills the process (SIGKILL) right after this thread's n-th committed transaction, of those that `counts`. */
export const dieAfterCommit = (n: number, counts: (db: Database.Database) => boolean = () => true): void => {
  let commits = 0
  const { transaction } = Database.prototype
  // The product asks for `db.transaction(work).immediate()` at one place; the wrapper counts its returns.
  Database.prototype.transaction = function (this: Database.Database, work: Parameters<typeof transaction>[0]) {
    const made = transaction.call(this, work)
    const { immediate } = made
    const counted = (...params: unknown[]): unknown => {
      const answer = immediate.apply(made, params)
      if (counts(this)) commits++
      if (commits >= n) process.kill(process.pid, 'SIGKILL')
      return answer
    }
    return { immediate: counted } as unknown as typeof made
  } as typeof transaction
}

/** The same of the commits after which rows wait ahead. */
export const dieAhead = (n: number): void => dieAfterCommit(n, rowsAhead)
