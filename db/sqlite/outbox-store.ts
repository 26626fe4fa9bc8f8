import { z } from 'zod'
import type { EntityName } from '../../core/model/entities.ts'
import type { Row } from '../../core/model/field.ts'
import { type Edit, edit, value } from '../../core/protocol/edit.ts'
import { fieldConflict } from '../../core/protocol/gateway.ts'
import { MARKS } from '../../core/protocol/outbox.ts'
import { type EditState, isOpen, STATES } from '../../core/sync/edit-state.ts'
import type { Shown } from '../../core/sync/merge.ts'
import type { OpenEdit } from '../../core/sync/open-edit.ts'
import type { Db, Statement } from './connection.ts'

const rowSchema = z.looseObject({ id: z.string(), version: z.number() }).catchall(value)

const answerSchema = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('accepted'),
    txid: z.number(),
    version: z.number(),
    inShard: z.boolean(),
    at: z.number(),
  }),
  z.object({
    status: z.literal('refused'),
    code: z.string(),
    message: z.string(),
    field: z.string().nullable(),
    conflicts: z.array(fieldConflict),
    version: z.number().nullable(),
    at: z.number(),
  }),
])

const stored = z.object({
  seq: z.number(),
  pos: z.number(),
  body: z.string(),
  after: z.string(),
  state: z.enum(STATES),
  made_at: z.number(),
  attempts: z.number(),
  next_attempt_at: z.number().nullable(),
  base: z.string().nullable(),
  answer: z.string().nullable(),
})

type Stored = z.infer<typeof stored>

/** An edit of the outbox in any state, finished ones included. */
export type StoredEdit = Omit<OpenEdit, 'state'> & { readonly state: EditState }

/** Most edits go without anybody looking at the row that they started from: it is parsed when somebody does. */
const once = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | null = null
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/**
 * What only this product wrote, in a file whose every page its cipher authenticates, is looked at and not taken apart: a
 * start with many queued edits would spend most of its time on that.
 */
const isEdit = (found: unknown): found is Edit =>
  typeof found === 'object' &&
  found !== null &&
  'id' in found &&
  'entity' in found &&
  'record_id' in found &&
  'op' in found &&
  (found.op === 'patch' ? 'patch' in found && Array.isArray(found.patch) : OTHER_OPS.includes(found.op))

const OTHER_OPS: readonly unknown[] = ['create', 'delete', 'restore']
const NOTHING: readonly string[] = []

const bodyOf = (text: string): Edit => {
  const found: unknown = JSON.parse(text)
  return isEdit(found) ? found : edit.parse(found)
}

const toEdit = (found: unknown): StoredEdit => fromRow(stored.parse(found))

const fromRow = (row: Stored): StoredEdit => {
  const base = once(() => (row.base === null ? null : rowSchema.parse(JSON.parse(row.base))))
  return {
    seq: row.seq,
    pos: row.pos,
    edit: bodyOf(row.body),
    after: row.after === '[]' ? NOTHING : z.array(z.string()).parse(JSON.parse(row.after)),
    state: row.state,
    madeAt: row.made_at,
    attempts: row.attempts,
    nextAttemptAt: row.next_attempt_at,
    get base() {
      return base()
    },
    answer: row.answer === null ? null : answerSchema.parse(JSON.parse(row.answer)),
  }
}

const OPEN = `state in ('queued', 'sending', 'accepted', 'refused')`
const COLUMNS = 'seq, pos, body, after, state, made_at, attempts, next_attempt_at, base, answer'

/** Statements of outbox.db. Callers put them into transactions: one change of the outbox is one commit. */
export class OutboxStore {
  readonly #db: Db
  readonly #statements = new Map<string, Statement>()

  constructor(db: Db) {
    this.#db = db
  }

  /** Every open edit, in lane order. */
  open(): readonly OpenEdit[] {
    return this.#db
      .prepare<[], Stored>(`select ${COLUMNS} from edits where ${OPEN} order by pos, seq`)
      .all()
      .map(fromRow)
      .filter((found): found is OpenEdit => isOpen(found.state))
  }

  find(id: string): StoredEdit | null {
    const found = this.#prepare(`select ${COLUMNS} from edits where id = ?`).get(id)
    return found === undefined ? null : toEdit(found)
  }

  /** How many edits exist only here: not accepted yet, refused ones included. */
  unsent(): number {
    const found = this.#prepare(`select count(*) n from edits where state in ('queued', 'sending', 'refused')`).get()
    return z.object({ n: z.number() }).parse(found).n
  }

  /** Ids of a group's edits, in the order of making. */
  group(groupId: string): readonly string[] {
    return this.#prepare('select id from edits where group_id = ? order by seq')
      .all(groupId)
      .map((found) => z.object({ id: z.string() }).parse(found).id)
  }

  /** Adds an edit; without `pos` it goes to the end of its lane. */
  insert(made: Pick<OpenEdit, 'edit' | 'after' | 'base' | 'madeAt'> & { readonly pos?: number }): OpenEdit {
    const { edit: body, base } = made
    const result = this.#prepare(
      `insert into edits (pos, id, entity, record_id, body, after, state, made_at, base, group_id)
       values (?, ?, ?, ?, ?, ?, 'queued', ?, ?, ?)`,
    ).run(
      made.pos ?? 0,
      body.id,
      body.entity,
      body.record_id,
      JSON.stringify(body),
      JSON.stringify(made.after),
      made.madeAt,
      base === null ? null : JSON.stringify(base),
      body.group_id ?? null,
    )
    const seq = Number(result.lastInsertRowid)
    const pos = made.pos ?? seq
    if (made.pos === undefined) this.#prepare('update edits set pos = ? where seq = ?').run(pos, seq)
    return {
      seq,
      pos,
      edit: body,
      after: made.after,
      state: 'queued',
      madeAt: made.madeAt,
      attempts: 0,
      nextAttemptAt: null,
      base,
      answer: null,
    }
  }

  /** Writes what may change of an edit; only while it is in the state that the caller saw. Answers whether it was. */
  update(seen: EditState, next: StoredEdit, finishedAt: number | null): boolean {
    const result = this.#prepare(
      `update edits set body = ?, after = ?, state = ?, attempts = ?, next_attempt_at = ?, base = ?, answer = ?, finished_at = ?
       where id = ? and state = ?`,
    ).run(
      JSON.stringify(next.edit),
      JSON.stringify(next.after),
      next.state,
      next.attempts,
      next.nextAttemptAt,
      next.base === null ? null : JSON.stringify(next.base),
      next.answer === null ? null : JSON.stringify(next.answer),
      finishedAt,
      next.edit.id,
      seen,
    )
    return result.changes === 1
  }

  /**
   * Edits that the server accepted since a time (epoch ms), newest first.
   *
   * @param before the `seq` to go on from; null begins with the newest
   */
  accepted(since: number, before: number | null, limit: number): readonly StoredEdit[] {
    return this.#prepare(
      `select ${COLUMNS} from edits where state in ('accepted', 'settled') and seq < ? and (finished_at is null or finished_at >= ?)
       order by seq desc limit ?`,
    )
      .all(before ?? Number.MAX_SAFE_INTEGER, since, limit)
      .map(toEdit)
  }

  /** How many edits `accepted` answers over all pages. */
  countAccepted(since: number): number {
    const found = this.#prepare(
      `select count(*) as n from edits where state in ('accepted', 'settled') and (finished_at is null or finished_at >= ?)`,
    ).get(since)
    return z.object({ n: z.number() }).parse(found).n
  }

  /** Removes receipts of edits finished before a time (epoch ms). */
  prune(before: number): number {
    return this.#prepare('delete from edits where finished_at < ?').run(before).changes
  }

  /** Keeps a record's merged row, or drops it (null). One that is there as it is costs no page. */
  putShown(entity: EntityName, id: string, shown: Shown | null): void {
    if (shown === null) this.#prepare('delete from shown where entity = ? and id = ?').run(entity, id)
    else
      this.#prepare(
        `insert into shown values (?, ?, ?, ?) on conflict do update set row = excluded.row, mark = excluded.mark
         where row is not excluded.row or mark is not excluded.mark`,
      ).run(entity, id, shown.row === null ? null : JSON.stringify(shown.row), shown.mark)
  }

  /** The stored merged row of a record is this one. */
  holdsShown(entity: EntityName, id: string, { row, mark }: Shown): boolean {
    const text = row === null ? null : JSON.stringify(row)
    return (
      this.#prepare('select 1 from shown where entity = ? and id = ? and row is ? and mark is ?').get(
        entity,
        id,
        text,
        mark,
      ) !== undefined
    )
  }

  shownKeys(): readonly { readonly entity: string; readonly id: string }[] {
    const key = z.object({ entity: z.string(), id: z.string() })
    return this.#prepare('select entity, id from shown')
      .all()
      .map((found) => key.parse(found))
  }

  dropShown(keys: readonly { readonly entity: string; readonly id: string }[]): void {
    const drop = this.#prepare('delete from shown where entity = ? and id = ?')
    for (const { entity, id } of keys) drop.run(entity, id)
  }

  /** The merged rows as the owner last wrote them. */
  shown(): readonly { readonly entity: string; readonly id: string; readonly shown: Shown }[] {
    const shape = z.object({
      entity: z.string(),
      id: z.string(),
      row: z.string().nullable(),
      mark: z.enum(MARKS).nullable(),
    })
    return this.#prepare('select entity, id, row, mark from shown')
      .all()
      .map((found) => {
        const { entity, id, row, mark } = shape.parse(found)
        const parsed: Row | null = row === null ? null : rowSchema.parse(JSON.parse(row))
        return { entity, id, shown: { row: parsed, mark } }
      })
  }

  setting(key: string): string | null {
    const found = this.#prepare('select value from settings where key = ?').get(key)
    return found === undefined ? null : z.object({ value: z.string() }).parse(found).value
  }

  putSetting(key: string, text: string): void {
    this.#prepare('insert or replace into settings values (?, ?)').run(key, text)
  }

  dropSetting(key: string): void {
    this.#prepare('delete from settings where key = ?').run(key)
  }

  #prepare(sql: string): Statement {
    const known = this.#statements.get(sql)
    if (known) return known
    const made = this.#db.prepare(sql)
    this.#statements.set(sql, made)
    return made
  }
}
