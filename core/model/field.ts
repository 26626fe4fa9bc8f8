import type { EntityName } from './entities.ts'

/**
 * The kinds of field, and how each is held.
 *
 * | kind | Postgres | SQLite and JavaScript row |
 * |---|---|---|
 * | text, longText, code | text | string |
 * | ref | uuid | string (the id of a row of `ref`) |
 * | money | bigint, cents | integer number of cents of the workspace's currency |
 * | day | date | 'YYYY-MM-DD', years 1000 to 9999, so that text order is day order |
 * | instant | timestamptz(3) | integer epoch milliseconds |
 * | bool | boolean | 0 or 1 |
 * | int | integer | number |
 */
export type FieldKind = 'text' | 'longText' | 'code' | 'ref' | 'money' | 'day' | 'instant' | 'bool' | 'int'

/** A value of a row as JavaScript and SQLite hold it. */
export type Value = string | number | null

/** A row of any synced entity, keyed by column. */
export type Row = { readonly id: string; readonly version: number } & { readonly [column: string]: Value }

export interface Field {
  readonly kind: FieldKind
  readonly label: string
  readonly nullable: boolean
  /** May a client write it (in a create or a patch)? Server stamps and derived columns may not. */
  readonly editable: boolean
  /** Shown or used in lists: held as a column by the query worker. Others load with the detail view. */
  readonly inLists: boolean
  /** Part of the entity's text search. */
  readonly searchable: boolean
  /** For `ref`: the entity it points at. */
  readonly ref?: EntityName
  /** For `text` and `longText`: the most characters accepted. */
  readonly maxLength?: number
}

type Options = Partial<Omit<Field, 'kind' | 'label'>>

const field =
  (kind: FieldKind, defaults: Options = {}) =>
  (label: string, options: Options = {}): Field => ({
    kind,
    label,
    nullable: true,
    editable: true,
    inLists: true,
    searchable: false,
    ...defaults,
    ...options,
  })

export const text = field('text', { maxLength: 500 })
export const longText = field('longText', { maxLength: 100_000, inLists: false })
export const code = field('code', { maxLength: 64 })
export const money = field('money')
export const day = field('day')
export const instant = field('instant')
export const bool = field('bool', { nullable: false })
export const int = field('int')
export const ref = (entity: EntityName, label: string, options: Options = {}): Field =>
  field('ref')(label, { ...options, ref: entity })
