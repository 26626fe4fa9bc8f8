import type Database from 'better-sqlite3'
import { z } from 'zod'
import type { EntityName } from '../../../core/model/entities.ts'
import { edit } from '../../../core/protocol/edit.ts'
import type { Applied } from '../../../db/sqlite/replica-writer.ts'
import type { ModelServer } from '../model/server.ts'
import { parse } from '../model/shapes.ts'
import type { SimDisk } from './disk.ts'
import type { Machine } from './machine.ts'

const settledRow = z.object({ seq: z.number(), body: z.string(), answer: z.string() })
const answerShape = z.object({ version: z.number(), txid: z.number(), inShard: z.boolean() })
const versionRow = z.object({ id: z.string(), version: z.number() })
const shapeRow = z.object({ handle: z.string().nullable(), offset: z.string().nullable() })

/**
 * What must hold at every commit, not only at the end: no record of a replica goes back in time, and no edit leaves the
 * outbox while its echo is still on the way.
 */
export class Monitor {
  readonly #disk: SimDisk
  readonly #server: ModelServer
  readonly #report: (text: string) => void
  readonly #versions = new Map<string, number>()
  readonly #statements = new WeakMap<Database.Database, Map<string, Database.Statement>>()
  readonly #settled = new Map<string, Set<string>>()

  constructor(disk: SimDisk, server: ModelServer, report: (text: string) => void) {
    this.#disk = disk
    this.#server = server
    this.#report = report
  }

  /** The replica was deleted: what it shows from here on is another history. */
  forget(machine: Machine): void {
    for (const key of this.#versions.keys()) if (key.startsWith(`${machine.name}/`)) this.#versions.delete(key)
  }

  applied(machine: Machine, entity: EntityName, { state, changed, appended, swapped }: Applied): void {
    const db = this.#replica(machine)
    if (!db) return
    // A reload lies in a table of its own until it takes the old one's place.
    const table = state.slot === 'main' ? entity : state.table
    const whole = state.slot === 'next' || appended > 0 || swapped !== 'no'
    const rows = whole
      ? this.#statement(db, `select id, version from "${table}"`).all()
      : [...new Set(changed)].flatMap(
          (id) => this.#statement(db, `select id, version from "${table}" where id = ?`).get(id) ?? [],
        )
    for (const row of rows) {
      const { id, version } = versionRow.parse(row)
      const key = `${machine.name}/${table}/${id}`
      const seen = this.#versions.get(key) ?? 0
      if (version < seen) this.#report(`${key} went back from version ${seen} to ${version}`)
      this.#versions.set(key, Math.max(seen, version))
    }
  }

  /** After a commit of the outbox. */
  outboxCommitted(machine: Machine, db: Database.Database): void {
    const known = this.#settled.get(machine.name) ?? new Set<string>()
    this.#settled.set(machine.name, known)
    const count = this.#statement(db, `select count(*) from edits where state = 'settled'`).pluck().get()
    if (count === known.size) return
    for (const row of this.#statement(db, `select seq, body, answer from edits where state = 'settled'`).all()) {
      const { body, answer } = settledRow.parse(row)
      const settled = edit.parse(JSON.parse(body))
      if (known.has(settled.id)) continue
      known.add(settled.id)
      this.#checkSettled(machine, settled.entity, settled.record_id, settled.id, answerShape.parse(JSON.parse(answer)))
    }
  }

  #checkSettled(
    machine: Machine,
    entity: EntityName,
    recordId: string,
    id: string,
    { version, txid, inShard }: z.output<typeof answerShape>,
  ): void {
    const db = this.#replica(machine)
    if (!db || !inShard) return
    const here = db.prepare(`select version from "${entity}" where id = ?`).pluck().get(recordId)
    if (here !== undefined && Number(here) >= version) return
    const { handle, offset } = shapeRow.parse(
      db.prepare(`select handle, "offset" from shapes where entity = ? and slot = 'main'`).get(entity),
    )
    const shape = this.#server.shapes.byHandle(handle ?? '')
    if (!shape || shape.gone || offset === null) return
    const at = parse(offset)
    // Its echo is the first of the record's entries from its transaction on; later ones are others' business: a row that
    // was seen and went with its account may be on its way back.
    const echo = shape.log.find((entry) => entry.recordId === recordId && entry.lsn >= txid)
    const coming = echo && (echo.lsn > at.lsn || (echo.lsn === at.lsn && echo.op > at.op))
    if (coming) this.#report(`${machine.name} ${id} left the outbox before its echo (version ${here} < ${version})`)
  }

  #statement(db: Database.Database, sql: string): Database.Statement {
    const known = this.#statements.get(db) ?? new Map<string, Database.Statement>()
    this.#statements.set(db, known)
    const statement = known.get(sql) ?? db.prepare(sql)
    known.set(sql, statement)
    return statement
  }

  #replica(machine: Machine): Database.Database | undefined {
    return this.#disk.connections(machine.dir, 'replica.db')[0]
  }
}
