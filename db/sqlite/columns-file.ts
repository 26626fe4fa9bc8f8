import { rmSync } from 'node:fs'
import { type Db, openDatabase, transact } from './connection.ts'
import { migrate } from './migrate.ts'
import { COLUMNS_MIGRATIONS } from './schemas.ts'

/** The snapshot that counts: what was said of it when it was written, and its number. */
interface Head {
  readonly snapshot: number
  readonly body: string
}

/**
 * columns.db: at most one whole snapshot, and one that is being written beside it, which takes its place in one
 * transaction. Everything in it can be made again: a file that cannot be read is deleted. Opened at its first use.
 */
export class ColumnsFile {
  readonly #path: string
  readonly #key: string
  #db: Db | null = null
  #writing: { readonly snapshot: number; pieces: number } | null = null

  constructor(path: string, key: string) {
    this.#path = path
    this.#key = key
  }

  /** What was said of the snapshot that is here; null where there is none. */
  head(): string | null {
    return this.#head()?.body ?? null
  }

  /** A piece of the snapshot that is here. Throws where it is missing. */
  piece(n: number): Uint8Array<ArrayBuffer> {
    const found = this.#open()
      .prepare<[number], { bytes: Buffer }>(
        'select bytes from pieces where snapshot = (select snapshot from head) and n = ?',
      )
      .get(n)
    if (!found) throw new Error(`columns.db has no piece ${n}`)
    return new Uint8Array(found.bytes)
  }

  /** Begins a snapshot beside the one that is here; an unfinished one goes. */
  begin(): void {
    const db = this.#open()
    const current = this.#head()?.snapshot ?? 0
    transact(db, () => db.prepare('delete from pieces where snapshot <> ?').run(current))
    this.#writing = { snapshot: current + 1, pieces: 0 }
  }

  /** Appends a piece to the snapshot that was begun. */
  append(bytes: Uint8Array): void {
    const writing = this.#writing
    if (!writing) throw new Error('No snapshot was begun')
    const db = this.#open()
    transact(db, () =>
      db.prepare('insert into pieces values (?, ?, ?)').run(writing.snapshot, writing.pieces, Buffer.from(bytes)),
    )
    writing.pieces++
  }

  /** The snapshot that was begun is whole: it takes the place of the one before. */
  finish(body: string): void {
    const writing = this.#writing
    if (!writing) throw new Error('No snapshot was begun')
    this.#writing = null
    const db = this.#open()
    transact(db, () => {
      db.prepare('insert or replace into head values (1, ?, ?)').run(writing.snapshot, body)
      db.prepare('delete from pieces where snapshot <> ?').run(writing.snapshot)
    })
  }

  /** Deletes the file. */
  drop(): void {
    this.close()
    for (const suffix of ['', '-wal', '-shm']) rmSync(this.#path + suffix, { force: true })
  }

  close(): void {
    this.#writing = null
    this.#db?.close()
    this.#db = null
  }

  #head(): Head | undefined {
    return this.#open().prepare<[], Head>('select snapshot, body from head').get()
  }

  #open(): Db {
    if (this.#db) return this.#db
    let db: Db | null = null
    try {
      db = openDatabase({ path: this.#path, key: this.#key, durability: 'normal' })
      migrate(db, COLUMNS_MIGRATIONS)
    } catch {
      db?.close()
      this.drop()
      db = openDatabase({ path: this.#path, key: this.#key, durability: 'normal' })
      migrate(db, COLUMNS_MIGRATIONS)
    }
    this.#db = db
    return db
  }
}
