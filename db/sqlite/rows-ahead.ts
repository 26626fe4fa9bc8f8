import { type Db, transact } from './connection.ts'
import { PlaceKeys } from './snapshot-append.ts'
import { UnfamiliarBody } from './snapshot-scanner.ts'

/** A stretch of a snapshot's body that is not whole yet: from the beginning of one row to that of another. */
export interface BodyPart {
  /** The body, among all of this process. */
  readonly id: number
  /** Bytes of the body before this part. */
  readonly from: number
  readonly bytes: Uint8Array<ArrayBuffer>
}

interface Begun {
  readonly id: number
  /** Bytes of the body whose rows are in. */
  upTo: number
  readonly keys: PlaceKeys
}

/**
 * Rows of a body whose end is still to come, in a table of this connection alone and in memory: no other connection ever
 * sees them, the replica's lock is not held between two parts, and nothing of them outlives the process (rule R-14).
 */
export class RowsAhead {
  readonly table: string
  readonly #db: Db
  readonly #createSql: string
  readonly #dropSql: string
  readonly #insert: (part: Uint8Array<ArrayBuffer>, table: string, keys: PlaceKeys) => void
  #begun: Begun | null = null

  /**
   * @param table a name that no other table has
   * @param createSql makes it as a temporary table
   * @param insert puts the rows of a part into it; throws UnfamiliarBody where it is not one
   */
  constructor(
    db: Db,
    table: string,
    createSql: string,
    insert: (part: Uint8Array<ArrayBuffer>, table: string, keys: PlaceKeys) => void,
  ) {
    this.#db = db
    this.table = table
    this.#createSql = createSql
    this.#dropSql = `drop table if exists temp."${table}"`
    this.#insert = insert
  }

  /** Takes the next part of a body, or the first one of another in place of what was here. False: it does not follow. */
  take({ id, from, bytes }: BodyPart): boolean {
    if (from === 0) {
      this.#begun = null
      this.#db.exec(`${this.#dropSql}; ${this.#createSql}`)
      this.#begun = { id, upTo: 0, keys: new PlaceKeys() }
    }
    const begun = this.#begun
    if (begun?.id !== id || begun.upTo !== from) return false
    try {
      transact(this.#db, () => this.#insert(bytes, this.table, begun.keys))
    } catch (thrown) {
      this.drop()
      if (thrown instanceof UnfamiliarBody) return false
      throw thrown
    }
    begun.upTo += bytes.length
    return true
  }

  /** Moves the rows of a body to the end of `table`, in the caller's transaction. Answers where in the body they end, and their keys. */
  moveTo(table: string, id: number | null): { readonly upTo: number; readonly keys: PlaceKeys } {
    const begun = this.#begun
    if (begun === null || begun.id !== id) return { upTo: 0, keys: new PlaceKeys() }
    this.#db.exec(`insert into "${table}" select * from temp."${this.table}"`)
    return begun
  }

  /** Forgets what is here, and gives its memory back. */
  drop(): void {
    if (this.#begun === null) return
    this.#begun = null
    this.#db.exec(this.#dropSql)
  }
}
