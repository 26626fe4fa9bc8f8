import { kindOf } from '../../../core/model/convert.ts'
import { columnsOf, type EntityName } from '../../../core/model/entities.ts'
import type { Value } from '../../../core/model/field.ts'
import { inShape, isWhole, type Member, type RowChange, type ServerRow, type Tables } from './tables.ts'

const CHUNK_ROWS = 12
const BODY_MESSAGES = 4

interface LogEntry {
  readonly lsn: number
  readonly op: number
  readonly recordId: string
  readonly operation: 'insert' | 'update' | 'delete'
  readonly text: string
}

export interface Shape {
  readonly handle: string
  readonly entity: EntityName
  readonly scope: string
  readonly member: Member
  readonly chunks: readonly string[]
  readonly log: LogEntry[]
  readonly waiters: Set<() => void>
  gone: boolean
}

export interface ShapeAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const pgText = (entity: EntityName, column: string, value: Value): string | null => {
  if (value === null) return null
  const kind = kindOf(entity, column)
  if (kind === 'bool') return value === 1 ? 'true' : 'false'
  if (kind === 'instant') return new Date(Number(value)).toISOString().replace('T', ' ').replace('Z', '+00')
  return String(value)
}

const pgValues = (entity: EntityName, row: ServerRow, columns: readonly string[]): Record<string, string | null> =>
  Object.fromEntries(columns.map((column) => [column, pgText(entity, column, row.values[column] ?? null)]))

/** Shapes as Electric keeps them: a snapshot in chunks, then a log; both per where clause and under a handle. */
export class Shapes {
  readonly #tables: Tables
  readonly #random: () => number
  readonly #byHandle = new Map<string, Shape>()
  readonly #current = new Map<string, Shape>()
  readonly #history: { lsn: number; change: RowChange }[] = []
  #serial = 0
  lsn = 100

  constructor(tables: Tables, random: () => number) {
    this.#tables = tables
    this.#random = random
  }

  byHandle(handle: string): Shape | undefined {
    return this.#byHandle.get(handle)
  }

  /** Takes in one committed transaction and wakes whoever waits. */
  commit(lsn: number, changes: readonly RowChange[]): void {
    this.lsn = lsn
    for (const change of changes) this.#history.push({ lsn, change })
    for (const shape of this.#current.values()) {
      const entries = entriesOf(shape, lsn, changes)
      if (entries.length === 0) continue
      shape.log.push(...entries)
      wake(shape)
    }
  }

  /** The shape is forgotten: its clients are told to fetch anew. */
  drop(chosen: (shape: Shape) => boolean): number {
    let dropped = 0
    for (const [key, shape] of this.#current) {
      if (!chosen(shape)) continue
      this.#current.delete(key)
      shape.gone = true
      dropped++
      wake(shape)
    }
    return dropped
  }

  current(entity: EntityName, member: Member): Shape {
    const scope = isWhole(member) && entity !== 'saved_views' ? 'all' : member.id
    const key = `${entity}/${scope}`
    const known = this.#current.get(key)
    if (known) return known
    const rows = [...this.#tables.rows(entity).values()].filter((row) => inShape(member, entity, row))
    const texts = rows.map((row) =>
      JSON.stringify({
        key: `"public"."${entity}"/"${row.values['id']}"`,
        value: pgValues(entity, row, columnsOf(entity)),
        headers: { operation: 'insert', relation: ['public', entity] },
      }),
    )
    texts.push(JSON.stringify({ headers: { control: 'snapshot-end', xmin: '1', xmax: '2', xip_list: [] } }))
    const chunks: string[] = []
    for (let at = 0; at < texts.length; at += CHUNK_ROWS) chunks.push(`[${texts.slice(at, at + CHUNK_ROWS).join(',')}]`)
    const shape: Shape = {
      handle: `${++this.#serial}-${Math.floor(this.#random() * 1e9)}`,
      entity,
      scope,
      member,
      chunks,
      log: [],
      waiters: new Set(),
      gone: false,
    }
    shape.log.push(...this.#repeated(shape))
    this.#current.set(key, shape)
    this.#byHandle.set(shape.handle, shape)
    return shape
  }

  /**
   * A log may begin with changes that its snapshot already holds: the version guard is there for them. Those up to a
   * record's last disappearance are left out, since a delete carries no version that could be compared.
   */
  #repeated(shape: Shape): LogEntry[] {
    const from = this.#history.at(-Math.floor(this.#random() * 12))?.lsn
    if (from === undefined) return []
    const past = this.#history.filter(({ lsn }) => lsn >= from)
    const entries = [...new Set(past.map(({ lsn }) => lsn))].flatMap((lsn) =>
      entriesOf(
        shape,
        lsn,
        past.filter((one) => one.lsn === lsn).map(({ change }) => change),
      ),
    )
    return entries.filter(
      ({ recordId }, index) =>
        inShape(shape.member, shape.entity, this.#tables.get(shape.entity, recordId)) &&
        !entries.some((later, at) => at >= index && later.recordId === recordId && later.operation === 'delete'),
    )
  }

  /** What a request is answered at this moment; null: it is live and there is nothing yet. */
  answer(shape: Shape, offset: string, live: boolean): ShapeAnswer | null {
    if (shape.gone) return null
    const position = parse(offset)
    if (offset === '-1') return this.#chunk(shape, 0)
    if (position.lsn === 0 && Number.isFinite(position.op)) {
      if (position.op + 1 < shape.chunks.length) return this.#chunk(shape, position.op + 1)
      return this.#log(shape, { lsn: 0, op: Number.POSITIVE_INFINITY }, live)
    }
    return this.#log(shape, position, live)
  }

  nothing(shape: Shape, offset: string): ShapeAnswer {
    return reply(shape, offset, [upToDate(this.lsn)], true)
  }

  #chunk(shape: Shape, index: number): ShapeAnswer {
    return {
      status: 200,
      headers: headersOf(shape, `0_${index}`, false),
      body: shape.chunks[index] ?? '[]',
    }
  }

  #log(shape: Shape, after: Position, live: boolean): ShapeAnswer | null {
    const rest = shape.log.filter(({ lsn, op }) => lsn > after.lsn || (lsn === after.lsn && op > after.op))
    if (rest.length === 0 && live) return null
    const part = rest.slice(0, BODY_MESSAGES)
    const last = part.at(-1)
    const offset = last ? `${last.lsn}_${last.op}` : after.lsn === 0 ? '0_inf' : `${after.lsn}_${after.op}`
    const more = part.length < rest.length
    return reply(shape, offset, [...part.map(({ text }) => text), ...(more ? [] : [upToDate(this.lsn)])], live)
  }
}

export interface Position {
  readonly lsn: number
  readonly op: number
}

export const parse = (offset: string): Position => {
  const [lsn, op] = offset.split('_')
  return { lsn: Number(lsn), op: op === 'inf' ? Number.POSITIVE_INFINITY : Number(op) }
}

const wake = (shape: Shape): void => {
  const waiters = [...shape.waiters]
  shape.waiters.clear()
  for (const waiter of waiters) waiter()
}

const upToDate = (lsn: number): string =>
  JSON.stringify({ headers: { control: 'up-to-date', global_last_seen_lsn: String(lsn) } })

const headersOf = (shape: Shape, offset: string, live: boolean): Record<string, string> => ({
  'content-type': 'application/json; charset=utf-8',
  'electric-handle': shape.handle,
  'electric-offset': offset,
  ...(live ? { 'electric-cursor': '1' } : { 'electric-schema': '{}' }),
})

const reply = (shape: Shape, offset: string, texts: readonly string[], live: boolean): ShapeAnswer => ({
  status: 200,
  headers: headersOf(shape, offset, live),
  body: `[${texts.join(',')}]`,
})

const entriesOf = ({ entity, member }: Shape, lsn: number, changes: readonly RowChange[]): LogEntry[] =>
  changes.flatMap((change, index): LogEntry[] => {
    if (change.entity !== entity) return []
    const { before, after, id } = change
    const [was, is] = [inShape(member, entity, before), inShape(member, entity, after)]
    const operation = is ? (was ? 'update' : 'insert') : was ? 'delete' : null
    if (operation === null) return []
    const columns = columnsOf(entity)
    const wanted =
      operation === 'insert'
        ? columns
        : columns.filter(
            (column) => column === 'id' || (operation === 'update' && before?.values[column] !== after.values[column]),
          )
    const op = index * 2
    const text = JSON.stringify({
      value: pgValues(entity, after, wanted),
      key: `"public"."${entity}"/"${id}"`,
      headers: { relation: ['public', entity], operation, lsn: String(lsn), op_position: op, txids: [lsn] },
    })
    return [{ lsn, op, recordId: id, operation, text }]
  })
