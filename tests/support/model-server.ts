import type { Row, Value } from '../../core/model/field.ts'
import type { Edit } from '../../core/protocol/edit.ts'
import type { FieldConflict, Verdict } from '../../core/protocol/gateway.ts'

/** What the server did, in order: the feed that a replica follows. */
export interface ServerChange {
  readonly id: string
  readonly row: Row | null
}

/** A server in memory with the gateway's semantics: versions, tests, ledger, soft deletes. Accounts only. */
export class ModelServer {
  readonly rows = new Map<string, Row>()
  readonly deleted = new Map<string, { readonly row: Row; readonly by: string }>()
  readonly changes: ServerChange[] = []
  /** Ids of the edits applied, in order, by record. */
  readonly applied = new Map<string, string[]>()
  readonly #ledger = new Map<string, { readonly body: string; readonly verdict: Verdict }>()

  apply(edits: readonly Edit[]): Verdict[] {
    return edits.map((edit) => {
      const known = this.#ledger.get(edit.id)
      if (known) {
        if (known.body !== JSON.stringify(edit)) throw new Error(`${edit.id} was sent again with another body`)
        return { ...known.verdict, ...(known.verdict.status === 'busy' ? {} : { duplicate: true }) } as Verdict
      }
      const verdict = this.#decide(edit)
      this.#ledger.set(edit.id, { body: JSON.stringify(edit), verdict })
      if (verdict.status === 'accepted')
        this.applied.set(edit.record_id, [...(this.applied.get(edit.record_id) ?? []), edit.id])
      return verdict
    })
  }

  accepted(id: string): boolean {
    return this.#ledger.get(id)?.verdict.status === 'accepted'
  }

  /** Somebody else's edit. */
  change(id: string, values: Readonly<Record<string, Value>>): void {
    const row = this.rows.get(id)
    if (row) this.#put({ ...row, ...values, id, version: row.version + 1 })
  }

  remove(id: string, by: string): number {
    const row = this.rows.get(id)
    if (!row) return 0
    this.rows.delete(id)
    this.deleted.set(id, { row: { ...row, version: row.version + 1 }, by })
    this.changes.push({ id, row: null })
    return row.version + 1
  }

  #put(row: Row): void {
    this.rows.set(row.id, row)
    this.changes.push({ id: row.id, row })
  }

  #decide(edit: Edit): Verdict {
    const row = this.rows.get(edit.record_id)
    const gone = this.deleted.get(edit.record_id)
    if (edit.op === 'create') {
      if (row || gone) return this.#refuse(edit, 'id_taken')
      this.#put({ ...edit.values, id: edit.record_id, version: 1 })
      return this.#accept(edit, 1, true)
    }
    if (edit.op === 'restore') {
      if (!gone || gone.by !== edit.deleted_by) return this.#refuse(edit, 'not_found')
      this.deleted.delete(edit.record_id)
      this.#put({ ...gone.row, version: gone.row.version + 1 })
      return this.#accept(edit, gone.row.version + 1, true)
    }
    if (!row) return this.#refuse(edit, gone ? 'removed_elsewhere' : 'not_found')
    if (edit.op === 'delete') {
      if (row.version > edit.seen_version) return this.#refuse(edit, 'conflict')
      return this.#accept(edit, this.remove(edit.record_id, edit.id), false)
    }
    const wanted: Record<string, Value> = {}
    for (const op of edit.patch) if (op.op === 'replace') wanted[op.path.slice(1)] = op.value
    const conflicts = edit.patch.flatMap((op): FieldConflict[] => {
      const field = op.path.slice(1)
      const theirs = row[field] ?? null
      if (op.op !== 'test' || theirs === op.value || theirs === wanted[field]) return []
      return [{ field, base: op.value, mine: wanted[field] ?? null, theirs }]
    })
    if (conflicts.length > 0) return this.#refuse(edit, 'conflict', conflicts)
    this.#put({ ...row, ...wanted, id: row.id, version: row.version + 1 })
    return this.#accept(edit, row.version + 1, true)
  }

  #accept(edit: Edit, version: number, inShard: boolean): Verdict {
    return { id: edit.id, status: 'accepted', txid: this.changes.length, version, in_shard: inShard, duplicate: false }
  }

  #refuse(
    edit: Edit,
    code: 'conflict' | 'id_taken' | 'not_found' | 'removed_elsewhere',
    conflicts: FieldConflict[] = [],
  ): Verdict {
    const version = this.rows.get(edit.record_id)?.version ?? null
    return { id: edit.id, status: 'refused', code, message: code, conflicts, version, duplicate: false }
  }
}
