import type { EntityName } from '../../../core/model/entities.ts'
import type { Value } from '../../../core/model/field.ts'
import type { EditInput } from '../../../core/protocol/edit.ts'
import type { ImportProgress, Member, RejectedRow } from '../../../core/protocol/window-api.ts'
import type { Result } from '../../../core/result.ts'

/** Some rows as readers see them: each the id, then the asked columns in order. `next` null: that was all. */
export interface KeyPage {
  readonly rows: readonly (readonly Value[])[]
  readonly next: number | null
}

/** What an import needs of whoever owns the outbox and the replica. */
export interface ImportHost {
  /** Who imports, into what; null until that is known from the server or the replica. */
  context(): Promise<{
    readonly memberId: string
    readonly currency: string
    readonly members: readonly Member[]
  } | null>
  /** Puts edits into the outbox, all of them or none, in one transaction. */
  submit(edits: readonly EditInput[], groupId: string | null): Promise<Result<unknown>>
  /** Takes edits back as `edits.undo` does. */
  undo(editIds: readonly string[]): Promise<{ readonly cancelled: number; readonly reversed: number }>
  /** Ids of the edits of a group that the outbox still knows, finished ones too. */
  groupEdits(groupId: string): Promise<readonly string[]>
  /** A record as readers see it; null where it is not listed. */
  row(entity: EntityName, id: string): Promise<Readonly<Record<string, Value>> | null>
  /** All shown rows of an entity, some columns of them, a page at a time; `after` null starts. */
  keys(entity: EntityName, columns: readonly string[], after: number | null, limit: number): Promise<KeyPage>
  /** The shown rows of `import_jobs`. */
  jobs(): Promise<readonly Readonly<Record<string, Value>>[]>
  /** Small values that survive a crash, in outbox.db. */
  setting(key: string): Promise<string | null>
  putSetting(key: string, value: string): Promise<void>
}

export interface ImportEvents {
  progress(progress: ImportProgress): void
  /** Every rejected or skipped row, as it is met; the progress keeps the first 200 alone. */
  rejected?(rows: readonly RejectedRow[]): void
}
