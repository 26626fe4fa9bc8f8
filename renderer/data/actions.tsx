import { createContext, use } from 'react'
import type { EntityName } from '../../core/model/entities.ts'
import type { Value } from '../../core/model/field.ts'
import type { ListEntity } from '../../core/query/spec.ts'
import type { ListQuery } from './list-query.ts'
import type { Page } from './route.ts'

export type RecordValues = Readonly<Record<string, Value>>

/** A record form: a new record with some values given, or an existing one. */
export type FormRequest =
  | {
      readonly mode: 'create'
      readonly entity: FormEntity
      readonly preset: RecordValues
      readonly accountName?: string
    }
  | { readonly mode: 'edit'; readonly entity: FormEntity; readonly row: RecordValues; readonly accountName?: string }
  | {
      readonly mode: 'resend'
      readonly entity: FormEntity
      /** The refused edit, and the columns that it wanted to write. */
      readonly edit: string
      readonly wanted: readonly string[]
      /** The record as the person wants it. */
      readonly row: RecordValues
      /** Given, the account stays as it is; else it can be chosen anew. */
      readonly accountName?: string
      /** The name of the account chosen so far. */
      readonly account: string
    }
const FORM_ENTITIES = ['accounts', 'contacts', 'tasks', 'meetings', 'notes'] as const
export type FormEntity = (typeof FORM_ENTITIES)[number]

/** Is there a form for records of this entity? */
export const hasForm = (entity: EntityName): entity is FormEntity =>
  (FORM_ENTITIES as readonly EntityName[]).includes(entity)

/** Records about to be deleted, once the person confirms. */
export interface DeleteRequest {
  readonly entity: EntityName
  readonly ids: readonly string[]
  /** What the record is called; for one record only. */
  readonly title: string
  /** Runs after the delete was queued. */
  onDeleted?(): void
}

/** What any part may ask of the app as a whole; the app mounts the dialogs. */
export interface Actions {
  go(page: Page): void
  openAccount(id: string, focus?: string): void
  closeAccount(): void
  openForm(request: FormRequest): void
  confirmDelete(request: DeleteRequest): void
  saveView(query: ListQuery): void
  signIn(): void
  focusSearch(entity?: ListEntity): void
}

const ActionsContext = createContext<Actions | null>(null)

export const ActionsProvider = ActionsContext.Provider

export const useActions = (): Actions => {
  const actions = use(ActionsContext)
  if (!actions) throw new Error('useActions needs an ActionsProvider')
  return actions
}
