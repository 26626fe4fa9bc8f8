import { BUCKETS } from '../../../core/model/checksum.ts'
import { ENTITY_NAMES, type EntityName, isEntityName } from '../../../core/model/entities.ts'
import type { Row } from '../../../core/model/field.ts'
import type { Edit } from '../../../core/protocol/edit.ts'
import { MAX_BATCH_BYTES, mutationsRequest } from '../../../core/protocol/gateway.ts'
import { bucketOf, rowHash } from '../../../workers/sync/replica-hash.ts'
import { applyEdit } from './apply.ts'
import { type AuditEntry, auditOf } from './audit.ts'
import { type Decided, Ledger } from './ledger.ts'
import { type Shape, type ShapeAnswer, Shapes } from './shapes.ts'
import { Draft, inShape, type Member, type RowChange, Tables } from './tables.ts'

/** An answer of the gateway; `null` headers are filled in by it. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface Execution {
  readonly edit: Edit
  readonly clientId: string
  readonly answer: Decided
  readonly txid: number
}

const json = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
})

export const gatewayError = (status: number, code: string, headers: Readonly<Record<string, string>> = {}): Answer =>
  json(status, { error: { code, message: code } }, headers)

/** Gateway, Postgres and Electric of one workspace, as a model in memory. */
export class ModelServer {
  readonly tables = new Tables()
  readonly ledger = new Ledger()
  readonly audit: AuditEntry[] = []
  readonly shapes: Shapes
  /** Every edit that was carried out or refused, in order; a recalled one is not among them. */
  readonly executions: Execution[] = []
  readonly members: readonly Member[]
  readonly workspace: string
  readonly revoked = new Set<string>()
  /** What no request may do, in words. */
  readonly violations: string[] = []
  readonly #now: () => number
  #txid = 100

  constructor(workspace: string, members: readonly Member[], now: () => number, random: () => number) {
    this.workspace = workspace
    this.members = members
    this.#now = now
    this.shapes = new Shapes(this.tables, random)
  }

  /** Runs `work` as one transaction by hand: no ledger. */
  transaction(work: (draft: Draft) => void): void {
    const draft = new Draft(this.tables, this.#now())
    work(draft)
    this.#commit(draft, draft.changes.length, () => ({ mutationId: null, clientId: null }))
  }

  mutations(member: Member, body: string): Answer {
    if (Buffer.byteLength(body) > MAX_BATCH_BYTES) return gatewayError(413, 'batch_too_large')
    const { client_id: clientId, edits } = mutationsRequest.parse(JSON.parse(body))
    const records = edits.map(({ entity, record_id: id }) => `${entity}/${id}`)
    if (new Set(records).size < records.length) this.violations.push(`${clientId} sent two edits of one record at once`)
    const txid = this.#txid + 1
    const now = this.#now()
    const draft = new Draft(this.tables, now)
    const authors: (string | null)[] = []
    const audit = [...this.audit]
    const results = edits.map((edit) => {
      const from = draft.changes.length
      const answer = applyEdit(
        {
          draft,
          ledger: this.ledger,
          member,
          clientId,
          txid,
          now,
          audit,
          decided: (decided, word) => this.executions.push({ edit: decided, clientId, answer: word, txid }),
        },
        edit,
      )
      for (const change of draft.changes.slice(from)) {
        authors.push(edit.id)
        const entry = auditOf(change, { mutationId: edit.id, clientId })
        if (entry) audit.push(entry)
      }
      return answer
    })
    this.#commit(draft, authors.length, (index) => ({ mutationId: authors[index] ?? null, clientId }))
    return json(200, { results })
  }

  #commit(
    draft: Draft,
    count: number,
    author: (index: number) => { mutationId: string | null; clientId: string | null },
  ): void {
    const changes: readonly RowChange[] = draft.commit()
    this.#txid++
    for (let index = 0; index < count; index++) {
      const change = changes[index]
      const entry = change ? auditOf(change, author(index)) : null
      if (entry) this.audit.push(entry)
    }
    this.shapes.commit(this.#txid, changes)
  }

  /** The rows that a member's replica holds when it is up to date. */
  visible(member: Member, entity: EntityName): Row[] {
    const rows = [...this.tables.rows(entity).values()].filter((row) => inShape(member, entity, row))
    return rows.map(({ values }) => ({ ...values, id: String(values['id']), version: Number(values['version']) }))
  }

  summary(member: Member): Answer {
    return json(200, {
      workspace: { id: this.workspace, name: 'Chaos', currency: 'EUR', time_zone: 'UTC' },
      member: {
        id: member.id,
        user_id: member.userId,
        role: member.role,
        display_name: member.name,
        email: `${member.name}@example.com`,
      },
      counts: Object.fromEntries(ENTITY_NAMES.map((entity) => [entity, this.visible(member, entity).length])),
    })
  }

  checksums(member: Member, entity: EntityName, chosen: readonly number[]): Answer {
    const counts = new Array<number>(BUCKETS).fill(0)
    const sums = new Array<bigint>(BUCKETS).fill(0n)
    const rows = this.visible(member, entity).map((row) => ({
      id: row.id,
      hash: rowHash(entity, row),
      version: row.version,
      bucket: bucketOf(row.id),
    }))
    for (const { bucket, hash } of rows) {
      counts[bucket] = (counts[bucket] ?? 0) + 1
      sums[bucket] = (sums[bucket] ?? 0n) + BigInt(hash)
    }
    return json(200, {
      entity,
      buckets: counts.map((count, bucket) => ({ bucket, count, sum: String(sums[bucket]) })),
      ...(chosen.length === 0 ? {} : { rows: rows.filter(({ bucket }) => chosen.includes(bucket)) }),
    })
  }

  /** Answers a shape request now, or takes `respond` until something comes; answers how to stop waiting. */
  shape(member: Member, query: URLSearchParams, respond: (answer: Answer) => void): Waiting | null {
    const table = query.get('table') ?? ''
    if (!isEntityName(table)) {
      respond(gatewayError(400, 'invalid_request'))
      return null
    }
    const offset = query.get('offset') ?? '-1'
    const live = query.get('live') === 'true'
    const handle = query.get('handle')
    const current = this.shapes.current(table, member)
    const shape = offset === '-1' && handle === null ? current : this.shapes.byHandle(handle ?? '')
    if (!shape || shape.gone || shape !== current) {
      respond(mustRefetch(current.handle))
      return null
    }
    const answer = this.shapes.answer(shape, offset, live)
    if (answer) {
      respond(passed(answer))
      return null
    }
    const waiter = (): void => {
      if (shape.gone) respond(mustRefetch(null))
      else respond(passed(this.shapes.answer(shape, offset, live) ?? this.shapes.nothing(shape, offset)))
    }
    shape.waiters.add(waiter)
    return { shape, stop: () => shape.waiters.delete(waiter), expire: () => shape.waiters.delete(waiter) && waiter() }
  }
}

/** A live request that waits. */
export interface Waiting {
  readonly shape: Shape
  stop(): void
  /** Its time is over: it is answered without news. */
  expire(): void
}

const passed = (answer: ShapeAnswer): Answer => answer

export const mustRefetch = (handle: string | null): Answer => ({
  status: 409,
  headers: { 'content-type': 'application/json', ...(handle === null ? {} : { 'electric-handle': handle }) },
  body: '[{"headers":{"control":"must-refetch"}}]',
})
