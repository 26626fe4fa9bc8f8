import type { Clock } from '../../core/clock.ts'
import { type AppError, OutpostError } from '../../core/errors.ts'
import { uuidv7 } from '../../core/id.ts'
import type { Row } from '../../core/model/field.ts'
import type { EditInput } from '../../core/protocol/edit.ts'
import type { Verdict } from '../../core/protocol/gateway.ts'
import type { Random } from '../../core/random.ts'
import { takeBatch } from '../../core/sync/batch.ts'
import { type EditEvent, isOpen, nextState } from '../../core/sync/edit-state.ts'
import { planUpload } from '../../core/sync/lanes.ts'
import type { Shown } from '../../core/sync/merge.ts'
import type { EditAnswer, OpenEdit } from '../../core/sync/open-edit.ts'
import { settles } from '../../core/sync/settle.ts'
import { makeEdit, type NewEdit, type Subject } from '../../core/sync/submit.ts'
import { raiseSeenVersion } from '../../core/sync/undo.ts'
import { type Db, dataVersion, transact } from '../../db/sqlite/connection.ts'
import { OutboxStore } from '../../db/sqlite/outbox-store.ts'
import { OutboxMemory, type RecordRef, type ServerRows } from './outbox-memory.ts'

/** Receipts of finished edits are kept this long, milliseconds. */
export const RECEIPT_MS = 30 * 86_400_000
const SEALED = 'sealed'

export interface OutboxDeps {
  readonly db: Db
  readonly rows: ServerRows
  readonly clock: Clock
  readonly random: Random
  /** Records whose shown form may have changed, after the commit. */
  readonly onChange: (refs: readonly RecordRef[]) => void
  /** After each write: null, or why it failed. */
  readonly onWritten?: (error: AppError | null) => void
}

/**
 * The outbox: edits in one file with full sync, and the merged rows that readers see. Every method that changes
 * something is one transaction, committed when it returns.
 */
export class Outbox {
  readonly memory = new OutboxMemory()
  readonly store: OutboxStore
  readonly #deps: OutboxDeps
  /** The file's number that memory shows; null where a read failed, and memory is to be read anew. */
  #seen: number | null = null
  #touched = new Map<string, RecordRef>()
  #mutated = false
  /** Records that another process' commit may have changed. */
  readonly #untold = new Map<string, RecordRef>()

  constructor(deps: OutboxDeps) {
    this.#deps = deps
    this.store = new OutboxStore(deps.db)
    this.#load()
  }

  /** What the owner of the data directory does once: nothing is being sent. `rebuild` is to follow, slice by slice. */
  start(): void {
    this.write(() => {
      for (const open of [...this.memory.all()]) this.move(open, 'restart')
      this.store.prune(this.#deps.clock.now() - RECEIPT_MS)
    })
  }

  /** Removes the receipts that are over thirty days old (rule W-24). */
  pruneReceipts(): void {
    this.write(() => this.store.prune(this.#deps.clock.now() - RECEIPT_MS))
  }

  /** Makes the stored merged rows anew, each `next()` a slice of records: written only where they differ. */
  *rebuild(slice = 200): Generator<void> {
    const stale = this.store.shownKeys().filter(({ entity, id }) => !this.memory.has(entity, id))
    if (stale.length > 0) this.write(() => this.store.dropShown(stale))
    let differing: (Shown & RecordRef)[] = []
    let looked = 0
    for (const ref of [...this.memory.refs()]) {
      const shown = this.memory.shown(ref.entity, ref.id)
      if (shown && !this.store.holdsShown(ref.entity, ref.id, shown)) differing.push({ ...ref, ...shown })
      if (++looked % slice > 0) continue
      this.#putShown(differing)
      differing = []
      yield
    }
    this.#putShown(differing)
  }

  #putShown(overlays: readonly (Shown & RecordRef)[]): void {
    if (overlays.length === 0) return
    this.write(() => {
      for (const { entity, id } of overlays) this.store.putShown(entity, id, this.memory.shown(entity, id) ?? null)
    })
  }

  /** Takes in what another process committed; answers whether there was anything. */
  refresh(): boolean {
    if (dataVersion(this.#deps.db) !== this.#seen) this.#takeIn()
    const refs = this.#takeUntold()
    if (refs.length === 0) return false
    this.#deps.onChange(refs)
    return true
  }

  newId(): string {
    return uuidv7(this.#deps.clock.now(), this.#deps.random)
  }

  /**
   * Writes edits to disk: all of them or, where one is not valid, none.
   *
   * @throws OutpostError with the first problem; `no_access` while sealed
   */
  submit(
    inputs: readonly EditInput[],
    group: { readonly grouped: boolean; readonly id?: string },
  ): { ids: string[]; groupId: string | null } {
    this.requireOpen()
    const groupId = group.id ?? (group.grouped ? this.newId() : null)
    const ids = this.write(() =>
      inputs.flatMap((input) => {
        const made = makeEdit(input, this.#subject(input), this.newId(), groupId, this.memory.creates)
        if (!made.ok) throw asThrown(made.error)
        return made.value === null ? [] : [this.add(made.value).edit.id]
      }),
    )
    return { ids, groupId }
  }

  /** Hides every edit while the membership is over, and shows them again (rule L-4). */
  seal(sealed: boolean): void {
    this.write(() => {
      if (sealed) this.store.putSetting(SEALED, '1')
      else this.store.dropSetting(SEALED)
    })
    const before = [...this.memory.refs()]
    this.memory.sealed = sealed
    this.#deps.onChange([...before, ...this.memory.refs()])
  }

  /** @throws OutpostError `no_access` while the edits are sealed */
  requireOpen(): void {
    if (this.memory.sealed) throw new OutpostError('no_access')
  }

  /** Nothing waits to be sent or for its echo, but for what a refused edit holds. */
  idle(): boolean {
    if (this.memory.count('sending', 'accepted') > 0) return false
    if (this.memory.sealed || this.memory.count('queued') === 0) return true
    const { sendable, nextDueAt } = planUpload(this.memory.all(), this.#deps.clock.now())
    return sendable.length === 0 && nextDueAt === null
  }

  /** The next batch, marked as sending; empty where nothing may go now. `nextDueAt` is when to ask again, epoch ms. */
  take(limit: number): { readonly batch: readonly OpenEdit[]; readonly nextDueAt: number | null } {
    this.refresh()
    if (this.memory.sealed) return { batch: [], nextDueAt: null }
    const plan = planUpload(this.memory.all(), this.#deps.clock.now())
    const chosen = takeBatch(plan.sendable, limit, (text) => Buffer.byteLength(text))
    if (chosen.length === 0) return { batch: [], nextDueAt: plan.nextDueAt }
    const batch = this.write(() =>
      chosen.flatMap((seen) => {
        const open = this.memory.get(seen.edit.id)
        if (open?.state !== 'queued') return []
        return this.#replace(open, { ...open, state: 'sending', attempts: open.attempts + 1 }, null) ?? []
      }),
    )
    return { batch, nextDueAt: plan.nextDueAt }
  }

  /** Puts edits back that got no verdict. `retryAt`: not before, epoch ms. */
  putBack(batch: readonly OpenEdit[], retryAt: number | null): void {
    this.write(() => {
      for (const { edit } of batch) {
        const open = this.memory.get(edit.id)
        if (open?.state === 'sending') this.#replace(open, { ...open, state: 'queued', nextAttemptAt: retryAt }, null)
      }
    })
  }

  /** Everything that waits for its backoff is due (rule W-11). */
  allDue(): void {
    const waiting = [...this.memory.all()].filter((open) => open.nextAttemptAt !== null && open.state === 'queued')
    if (waiting.length === 0) return
    this.write(() => {
      for (const open of waiting) this.#replace(open, { ...open, nextAttemptAt: null }, null)
    })
  }

  /**
   * Writes the server's verdicts on a batch in one transaction; an edit without one, or `busy`, is queued again.
   *
   * @param busyRetryAt when busy edits are due, epoch ms
   */
  verdicts(batch: readonly OpenEdit[], results: readonly Verdict[], busyRetryAt: number): void {
    const byId = new Map(results.map((verdict) => [verdict.id, verdict]))
    const now = this.#deps.clock.now()
    this.write(() => {
      for (const { edit } of batch) {
        const open = this.memory.get(edit.id)
        if (!open) continue
        const verdict = byId.get(edit.id)
        if (verdict === undefined || verdict.status === 'busy') {
          if (open.state === 'sending')
            this.#replace(open, { ...open, state: 'queued', nextAttemptAt: busyRetryAt }, null)
          continue
        }
        const answer = answerOf(verdict, now)
        const moved = this.move(
          { ...open, answer, nextAttemptAt: null },
          answer.status === 'accepted' ? 'accept' : 'refuse',
        )
        if (moved && answer.status === 'accepted') this.#raiseFollowers(moved, answer.version)
      }
      this.#settle(null)
    })
  }

  /**
   * The replica committed: records with edits are merged anew, and edits whose echo is here leave.
   *
   * @param changed records that the commit touched
   * @param refreshed accepted edits that a request, begun after their acceptance, has decided; null: none
   */
  replicaChanged(changed: readonly RecordRef[], refreshed: ReadonlySet<string> | null): void {
    const overlaid = changed.filter(({ entity, id }) => this.memory.lane(entity, id).length > 0)
    const accepted = this.memory.count('accepted') > 0
    if (overlaid.length === 0 && !accepted) return
    this.write(() => {
      for (const ref of overlaid) this.touch(ref)
      this.#settle(refreshed)
    })
  }

  /** Runs one transaction; a failure leaves memory as the file is, or to be read anew. */
  write<T>(work: () => T): T {
    this.#touched = new Map()
    this.#mutated = false
    try {
      const result = transact(this.#deps.db, () => {
        if (dataVersion(this.#deps.db) !== this.#seen) this.#takeIn()
        const answer = work()
        const hiddenBefore = new Set(this.memory.hiddenAccounts)
        for (const ref of [...this.#touched.values()]) {
          this.store.putShown(ref.entity, ref.id, this.memory.remerge(ref, this.#deps.rows))
          if (ref.entity === 'accounts' && hiddenBefore.has(ref.id) !== this.memory.hiddenAccounts.has(ref.id))
            for (const child of this.#childrenOf(ref.id)) this.touch(child)
        }
        return answer
      })
      this.#deps.onWritten?.(null)
      const touched = [...this.#takeUntold(), ...this.#touched.values()]
      if (touched.length > 0) this.#deps.onChange(touched)
      return result
    } catch (thrown) {
      if (thrown instanceof OutpostError) this.#deps.onWritten?.(thrown.error)
      if (this.#mutated) this.#loadOrLater()
      throw thrown
    }
  }

  /** Adds an edit, inside `write`. */
  add(made: NewEdit, pos?: number): OpenEdit {
    const open = this.store.insert({
      ...made,
      madeAt: this.#deps.clock.now(),
      ...(pos === undefined ? {} : { pos }),
    })
    this.memory.put(open)
    this.touch({ entity: open.edit.entity, id: open.edit.record_id })
    return open
  }

  /** Moves an edit by an event, inside `write`; null where the event does not apply to its state. */
  move(open: OpenEdit, event: EditEvent): OpenEdit | null {
    const state = nextState(open.state, event)
    if (state === null) return null
    if (state === open.state && event === 'restart') return open
    const next = { ...open, state }
    if (isOpen(state)) return this.#replace(open, { ...open, state }, null)
    this.store.update(open.state, next, this.#deps.clock.now())
    this.memory.remove(open)
    this.touch({ entity: open.edit.entity, id: open.edit.record_id })
    return null
  }

  /** Replaces an open edit by another form of it, inside `write`. */
  change(open: OpenEdit, next: OpenEdit): void {
    this.#replace(open, next, null)
  }

  touch(ref: RecordRef): void {
    this.#mutated = true
    this.#touched.set(`${ref.entity}/${ref.id}`, { entity: ref.entity, id: ref.id })
  }

  serverRow(open: Pick<OpenEdit, 'edit'>): Row | null {
    return this.#deps.rows.row(open.edit.entity, open.edit.record_id)
  }

  #replace(open: OpenEdit, next: OpenEdit, finishedAt: number | null): OpenEdit | null {
    if (!this.store.update(open.state, next, finishedAt)) return null
    this.memory.put(next)
    this.touch({ entity: next.edit.entity, id: next.edit.record_id })
    return next
  }

  #subject(input: EditInput): Subject {
    const lane = this.memory.lane(input.entity, input.record_id)
    const server = this.#deps.rows.row(input.entity, input.record_id)
    const overlay = this.memory.remerge({ entity: input.entity, id: input.record_id }, this.#deps.rows)
    const shown = overlay ? overlay.row : server
    const parent = shown?.['account_id']
    const hidden = typeof parent === 'string' && this.memory.hiddenAccounts.has(parent)
    return { shown: hidden ? null : shown, server, lane }
  }

  #raiseFollowers(accepted: OpenEdit, version: number): void {
    for (const later of this.memory.lane(accepted.edit.entity, accepted.edit.record_id)) {
      const edit = raiseSeenVersion(later, version)
      if (edit !== later.edit) this.#replace(later, { ...later, edit }, null)
    }
  }

  #settle(decided: ReadonlySet<string> | null): void {
    for (const open of [...this.memory.all()]) {
      if (open.state !== 'accepted') continue
      const { entity, record_id } = open.edit
      const refreshed = decided?.has(open.edit.id) ?? false
      const echo = {
        row: this.#deps.rows.row(entity, record_id),
        complete: this.#deps.rows.complete(entity),
        refreshed,
      }
      if (settles(open, echo)) this.move(open, 'settle')
    }
  }

  *#childrenOf(accountId: string): Generator<RecordRef> {
    yield* this.#deps.rows.childIds(accountId)
    for (const { entity, id, row } of this.memory.overlays())
      if (row?.['account_id'] === accountId) yield { entity, id }
  }

  /** Where the reading fails on the way, the records that memory held are kept to be told. */
  #takeIn(): void {
    const note = (ref: RecordRef) => this.#untold.set(`${ref.entity}/${ref.id}`, ref)
    for (const ref of this.memory.refs()) note(ref)
    this.#load()
    for (const ref of this.memory.refs()) note(ref)
  }

  #takeUntold(): readonly RecordRef[] {
    const untold = [...this.#untold.values()]
    this.#untold.clear()
    return untold
  }

  #load(): void {
    this.#seen = null
    const seen = dataVersion(this.#deps.db)
    this.memory.sealed = this.store.setting(SEALED) !== null
    this.memory.load(this.store.open(), this.#deps.rows)
    this.#seen = seen
  }

  /** What failed is told already; where memory cannot be read anew either, the next look or write does it. */
  #loadOrLater(): void {
    try {
      this.#load()
    } catch {
      this.#seen = null
    }
  }
}

const asThrown = (error: AppError): OutpostError => new OutpostError(error.code, error.message, error.context)

const answerOf = (verdict: Exclude<Verdict, { status: 'busy' }>, at: number): EditAnswer =>
  verdict.status === 'accepted'
    ? { status: 'accepted', txid: verdict.txid, version: verdict.version, inShard: verdict.in_shard, at }
    : {
        status: 'refused',
        code: verdict.code,
        message: verdict.message,
        field: verdict.field ?? null,
        conflicts: verdict.conflicts,
        version: verdict.version,
        at,
      }
