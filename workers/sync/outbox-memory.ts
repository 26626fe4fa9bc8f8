import type { EntityName } from '../../core/model/entities.ts'
import type { Row } from '../../core/model/field.ts'
import type { OpenState } from '../../core/sync/edit-state.ts'
import { mergeShown, type Shown } from '../../core/sync/merge.ts'
import { byPlace, keyOf, lanesOf, type OpenEdit, recordKey } from '../../core/sync/open-edit.ts'

/** The replica as the outbox needs it: one row by id, and whether a missing row is really gone. */
export interface ServerRows {
  row(entity: EntityName, id: string): Row | null
  complete(entity: EntityName): boolean
  /** Ids of the children of an account. */
  childIds(accountId: string): readonly { readonly entity: EntityName; readonly id: string }[]
}

export interface RecordRef {
  readonly entity: EntityName
  readonly id: string
}

/** Edits that can take a record out of the lists: which accounts are hidden is known at once. */
const mayHide = ({ edit, answer }: OpenEdit): boolean =>
  edit.op === 'delete' || (answer?.status === 'accepted' && !answer.inShard)

/** Every open edit by id and by record, and the merged row of each record that has one. */
export class OutboxMemory {
  /** The membership is over (rule L-4): edits are kept and counted, and show nowhere. */
  sealed = false
  readonly #byId = new Map<string, OpenEdit>()
  readonly #lanes = new Map<string, OpenEdit[]>()
  readonly #shown = new Map<string, Shown & RecordRef>()
  /** Record id → the pending edit that creates it. */
  readonly #creates = new Map<string, string>()
  readonly #hiddenAccounts = new Set<string>()
  #rows: ServerRows | null = null
  /** Edit id → ids of the open edits that name it in `after`. */
  readonly #dependents = new Map<string, Set<string>>()

  /** Takes every open edit. Rows are merged when they are asked for: a start must not wait for all of them. */
  load(edits: readonly OpenEdit[], rows: ServerRows): void {
    this.#rows = rows
    this.#byId.clear()
    this.#lanes.clear()
    this.#shown.clear()
    this.#creates.clear()
    this.#hiddenAccounts.clear()
    this.#dependents.clear()
    for (const [key, lane] of lanesOf(edits)) this.#lanes.set(key, [...lane])
    for (const open of edits) this.#index(open)
    for (const lane of this.#lanes.values()) if (lane.some(mayHide)) this.#mergedOf(lane)
  }

  put(open: OpenEdit): void {
    const key = keyOf(open)
    const lane = (this.#lanes.get(key) ?? []).filter((other) => other.edit.id !== open.edit.id)
    lane.push(open)
    this.#lanes.set(key, lane.sort(byPlace))
    this.#index(open)
  }

  remove(open: OpenEdit): void {
    const key = keyOf(open)
    this.#forgetAfter(open.edit.id)
    this.#byId.delete(open.edit.id)
    if (this.#creates.get(open.edit.record_id) === open.edit.id) this.#creates.delete(open.edit.record_id)
    const lane = (this.#lanes.get(key) ?? []).filter((other) => other.edit.id !== open.edit.id)
    if (lane.length === 0) this.#lanes.delete(key)
    else this.#lanes.set(key, lane)
  }

  /** Open edits that wait for the one named. */
  dependentsOf(id: string): readonly OpenEdit[] {
    return [...(this.#dependents.get(id) ?? [])].flatMap((dependent) => this.#byId.get(dependent) ?? [])
  }

  #forgetAfter(id: string): void {
    for (const dependency of this.#byId.get(id)?.after ?? []) {
      const dependents = this.#dependents.get(dependency)
      dependents?.delete(id)
      if (dependents?.size === 0) this.#dependents.delete(dependency)
    }
  }

  #index(open: OpenEdit): void {
    this.#forgetAfter(open.edit.id)
    this.#byId.set(open.edit.id, open)
    for (const dependency of open.after)
      this.#dependents.set(dependency, (this.#dependents.get(dependency) ?? new Set()).add(open.edit.id))
    if (open.edit.op !== 'create') return
    if (open.state === 'accepted') this.#creates.delete(open.edit.record_id)
    else this.#creates.set(open.edit.record_id, open.edit.id)
  }

  get(id: string): OpenEdit | undefined {
    return this.#byId.get(id)
  }

  all(): Iterable<OpenEdit> {
    return this.#byId.values()
  }

  has(entity: string, id: string): boolean {
    return this.#lanes.has(`${entity}/${id}`)
  }

  lane(entity: EntityName, id: string): readonly OpenEdit[] {
    return this.#lanes.get(recordKey(entity, id)) ?? []
  }

  lanes(): Iterable<readonly OpenEdit[]> {
    return this.#lanes.values()
  }

  get creates(): ReadonlyMap<string, string> {
    return this.#creates
  }

  get hiddenAccounts(): ReadonlySet<string> {
    return this.#hiddenAccounts
  }

  count(...states: readonly OpenState[]): number {
    let n = 0
    for (const open of this.#byId.values()) if (states.includes(open.state)) n++
    return n
  }

  /** The overlay of a record; undefined where the server's row shows as it is. */
  shown(entity: EntityName, id: string): Shown | undefined {
    if (this.sealed) return undefined
    const key = recordKey(entity, id)
    const known = this.#shown.get(key)
    if (known) return known
    const lane = this.#lanes.get(key)
    return lane && this.#mergedOf(lane)
  }

  /** Every record with an overlay, or those of one entity. */
  *refs(only?: EntityName): Generator<RecordRef> {
    if (this.sealed) return
    for (const lane of this.#lanes.values()) {
      const edit = lane[0]?.edit
      if (edit && (only === undefined || edit.entity === only)) yield { entity: edit.entity, id: edit.record_id }
    }
  }

  /** Every record with an overlay, or those of one entity, each merged when it is reached. */
  *overlays(only?: EntityName): Generator<Shown & RecordRef> {
    for (const ref of this.refs(only)) {
      const shown = this.shown(ref.entity, ref.id)
      if (shown) yield { ...ref, ...shown }
    }
  }

  #mergedOf(lane: readonly OpenEdit[]): Shown | undefined {
    const edit = lane[0]?.edit
    if (!edit || !this.#rows) return undefined
    return this.remerge({ entity: edit.entity, id: edit.record_id }, this.#rows) ?? undefined
  }

  /** Merges a record anew; answers its overlay, null where it has none any more. */
  remerge(ref: RecordRef, rows: ServerRows): Shown | null {
    const key = recordKey(ref.entity, ref.id)
    const lane = this.#lanes.get(key)
    const shown = lane ? mergeShown(rows.row(ref.entity, ref.id), lane, rows.complete(ref.entity)) : null
    if (shown) this.#shown.set(key, { entity: ref.entity, id: ref.id, ...shown })
    else this.#shown.delete(key)
    if (ref.entity === 'accounts') {
      if (shown && shown.row === null) this.#hiddenAccounts.add(ref.id)
      else this.#hiddenAccounts.delete(ref.id)
    }
    return shown
  }
}
