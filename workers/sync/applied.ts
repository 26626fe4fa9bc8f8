import type { EntityName } from '../../core/model/entities.ts'
import type { Applied } from '../../db/sqlite/replica-writer.ts'
import type { Feeds } from './feeds.ts'
import type { LocalReplica } from './local-replica.ts'
import type { Outbox } from './outbox.ts'
import type { RecordRef } from './outbox-memory.ts'
import type { Settler } from './settler.ts'

export interface AppliedDeps {
  readonly local: LocalReplica
  readonly outbox: Outbox
  readonly settler: Settler
  readonly feeds: Feeds
  /** Records whose shown form changed, for open forms. */
  readonly onRecords: (refs: readonly RecordRef[]) => void
}

/** Entities that forms hold whole: the end of their first load is told record by record. */
const SMALL: readonly EntityName[] = ['workspaces', 'workspace_members', 'saved_views', 'import_jobs']

/**
 * What follows a commit of the replica (rule R-6): changes are gathered until the body that reaches the end of the log,
 * then the outbox settles, and only then lists and forms are told.
 */
export class AppliedChanges {
  readonly #deps: AppliedDeps
  readonly #gathered = new Map<EntityName, Set<string>>()

  constructor(deps: AppliedDeps) {
    this.#deps = deps
  }

  /** Some commits have not been told to lists yet. */
  get untold(): boolean {
    return [...this.#gathered.values()].some((ids) => ids.size > 0)
  }

  take(entity: EntityName, applied: Applied, upToDate: boolean): void {
    const { local, outbox, settler, feeds, onRecords } = this.#deps
    const { state, changed, appended, swapped } = applied
    local.applied(entity, applied)
    const ids = this.#gathered.get(entity) ?? new Set<string>()
    for (const id of changed) ids.add(id)
    this.#gathered.set(entity, ids)
    if (state.slot === 'next') return
    if (state.complete && (swapped !== 'no' || !local.complete(entity))) {
      local.markComplete(entity)
      for (const { id } of outbox.memory.refs(entity)) ids.add(id)
      if (swapped !== 'no') feeds.swapped(entity, swapped === 'listed')
      feeds.appended(entity)
      if (SMALL.includes(entity)) for (const { id } of local.reads.all(entity)) ids.add(id)
    } else if (appended > 0) feeds.appended(entity)
    if (!upToDate) return
    // Where the outbox cannot be written the stream begins anew, and what was gathered is told then.
    settler.replicaChanged(entity, [...ids])
    this.#gathered.delete(entity)
    if (ids.size === 0) return
    const refs = [...ids].map((id) => ({ entity, id }))
    feeds.changed(refs)
    onRecords(refs)
  }
}
