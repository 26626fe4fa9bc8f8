import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import Database from 'better-sqlite3'

/** Thrown where a simulated process dies: nothing of it may go on. */
export class Killed extends Error {}

export type CommitPhase = 'before' | 'after'

export interface DiskHooks {
  /** Called inside each transaction after its work, and after each commit. May throw `Killed` or a failure of SQLite's. */
  onCommit(db: Database.Database, dir: string, file: string, phase: CommitPhase): void
  /** Called before each transaction. May throw. */
  onBegin(db: Database.Database, dir: string, file: string): void
  /** Called when a transaction failed. */
  onFailure(file: string, thrown: unknown): void
  /** Called before each statement that writes. May throw. */
  onWrite?(dir: string, file: string, sql: string): void
  /** Called before each statement that reads, pragmas too, and each row of one that is read row by row. May throw. */
  onRead?(dir: string, file: string, sql: string): void
}

const FILES = ['outbox.db', 'replica.db', 'columns.db'].flatMap((file) => [file, `${file}-wal`])

/** Stands between the product and SQLite: knows every open connection and each transaction's begin and end. */
export class SimDisk {
  readonly #open = new Map<string, Set<Database.Database>>()

  connections(dir: string, file: string): readonly Database.Database[] {
    return [...(this.#open.get(dir) ?? [])].filter((db) => db.open && basename(db.name) === file)
  }

  /** What a killed process leaves: its files as they are at this moment, in another folder. */
  salvage(dir: string, to: string): void {
    mkdirSync(to, { recursive: true })
    for (const file of FILES) if (existsSync(join(dir, file))) copyFileSync(join(dir, file), join(to, file))
  }

  /** Closes whatever a process has open below a folder and removes the folder. */
  remove(dir: string): void {
    for (const db of this.#open.get(dir) ?? []) if (db.open) db.close()
    this.#open.delete(dir)
    rmSync(dir, { recursive: true, force: true })
  }

  install(hooks: DiskHooks): () => void {
    const kept = { transaction: Database.prototype.transaction, pragma: Database.prototype.pragma }
    const open = this.#open
    Database.prototype.pragma = function (this: Database.Database, ...params: Parameters<typeof kept.pragma>) {
      const dir = dirname(this.name)
      const known = open.get(dir)
      if (known) known.add(this)
      else open.set(dir, new Set([this]))
      return kept.pragma.apply(this, params)
    }
    Database.prototype.transaction = function (this: Database.Database, work: Parameters<typeof kept.transaction>[0]) {
      const [dir, file] = [dirname(this.name), basename(this.name)]
      const nested = this.inTransaction
      const made = kept.transaction.call(this, (...params: unknown[]) => {
        const answer = work(...params)
        if (!nested) hooks.onCommit(this, dir, file, 'before')
        return answer
      })
      const immediate = (...params: unknown[]): unknown => {
        if (nested) return made.immediate(...params)
        hooks.onBegin(this, dir, file)
        let answer: unknown
        try {
          answer = made.immediate(...params)
        } catch (thrown) {
          hooks.onFailure(file, thrown)
          throw thrown
        }
        hooks.onCommit(this, dir, file, 'after')
        return answer
      }
      // What is not immediate only reads.
      const reading = kept.transaction.call(this, work)
      return Object.assign((...params: unknown[]) => reading(...params), { immediate }) as unknown as typeof made
    } as typeof kept.transaction
    const restore = installStatements(hooks)
    return () => {
      Object.assign(Database.prototype, kept)
      restore()
    }
  }
}

type Statements = Pick<Database.Statement, 'run' | 'get' | 'all' | 'iterate'>

/** Puts the hooks before every step of a statement; answers a function that takes them away. */
const installStatements = (hooks: DiskHooks): (() => void) => {
  if (!hooks.onWrite && !hooks.onRead) return () => {}
  const { onWrite = () => {}, onRead = () => {} } = hooks
  const probe = new Database(':memory:')
  const prototype: Statements = Object.getPrototypeOf(probe.prepare('select 1'))
  probe.close()
  const { run, get, all, iterate } = prototype
  const { exec } = Database.prototype
  const read = ({ database, source }: Database.Statement): void =>
    onRead(dirname(database.name), basename(database.name), source)
  Object.assign(prototype, {
    run(this: Database.Statement, ...params: unknown[]) {
      onWrite(dirname(this.database.name), basename(this.database.name), this.source)
      return run.apply(this, params)
    },
    get(this: Database.Statement, ...params: unknown[]) {
      read(this)
      return get.apply(this, params)
    },
    all(this: Database.Statement, ...params: unknown[]) {
      read(this)
      return all.apply(this, params)
    },
    *iterate(this: Database.Statement, ...params: unknown[]) {
      read(this)
      for (const row of iterate.apply(this, params)) {
        yield row
        read(this)
      }
    },
  })
  Database.prototype.exec = function (this: Database.Database, sql: string) {
    onWrite(dirname(this.name), basename(this.name), sql)
    return exec.call(this, sql)
  }
  return () => {
    Object.assign(prototype, { run, get, all, iterate })
    Database.prototype.exec = exec
  }
}
