import { type AppError, appError } from '../errors.ts'
import { ENTITIES } from '../model/entities.ts'
import type { Field } from '../model/field.ts'
import type { CsvMapping, Member } from '../protocol/window-api.ts'
import { type DayOrder, dayOrderOf, mergeOrders } from './days.ts'
import { importColumns } from './headers.ts'
import { type DecimalSign, decimalSignOf, mergeSigns } from './money.ts'
import type { ImportEntity } from './synonyms.ts'

/** What cells are read against. */
export interface ImportContext {
  readonly members: readonly Member[]
  /** The workspace's ISO 4217 code. */
  readonly currency: string
}

/** How one column of a file writes amounts and days. */
export interface ColumnStyle {
  readonly decimal: DecimalSign
  readonly dayOrder: DayOrder
}

/** Where a column of the entity comes from: one cell, or several text cells joined. */
export interface PlanColumn {
  readonly column: string
  readonly field: Field
  readonly cells: readonly number[]
}

/** A checked mapping: which cells become which fields. */
export interface ImportPlan {
  readonly entity: ImportEntity
  readonly width: number
  readonly columns: readonly PlanColumn[]
}

/** Columns that have a value although no header names them: `convertRow` fills them. */
const DEFAULTED: Readonly<Record<ImportEntity, readonly string[]>> = {
  accounts: ['type', 'status'],
  contacts: [],
  tasks: ['status'],
}

/** Required columns that neither the mapping nor a default fills. */
export const missingColumns = (entity: ImportEntity, mapping: CsvMapping): readonly string[] => {
  const mapped = new Set(Object.values(mapping))
  return importColumns(entity).filter(
    (column) =>
      ENTITIES[entity].fields[column]?.nullable === false && !mapped.has(column) && !DEFAULTED[entity].includes(column),
  )
}

/**
 * Checks a mapping against the file's headers; answers the plan, or what is wrong with the mapping. Required columns may
 * still be missing: see `missingProblem`.
 */
export const planImport = (
  entity: ImportEntity,
  headers: readonly string[],
  mapping: CsvMapping,
): { readonly plan: ImportPlan } | { readonly error: AppError } => {
  const wrong = (message: string, field: string): { readonly error: AppError } => ({
    error: appError('invalid_input', message, { field }),
  })
  const cells = new Map<string, number[]>()
  for (const [header, column] of Object.entries(mapping)) {
    const index = headers.indexOf(header)
    if (index < 0) return wrong(`The file has no column "${header}"`, header)
    if (column === null) continue
    if (!importColumns(entity).includes(column)) return wrong(`"${column}" is not a field of ${entity}`, column)
    cells.set(
      column,
      [...(cells.get(column) ?? []), index].sort((a, b) => a - b),
    )
  }
  const columns: PlanColumn[] = []
  for (const [column, indexes] of cells) {
    const field = ENTITIES[entity].fields[column]
    if (!field) continue
    if (indexes.length > 1 && field.kind !== 'text' && field.kind !== 'longText')
      return wrong(`Only one column can be mapped to ${field.label}`, column)
    columns.push({ column, field, cells: indexes })
  }
  return { plan: { entity, width: headers.length, columns } }
}

/** What must still be mapped before an import may start, or null. */
export const missingProblem = (entity: ImportEntity, mapping: CsvMapping): AppError | null => {
  const [missing] = missingColumns(entity, mapping)
  if (missing === undefined) return null
  const label = ENTITIES[entity].fields[missing]?.label ?? missing
  return appError('invalid_input', `No column of the file is mapped to ${label}, which every row needs`, {
    field: missing,
  })
}

/** The style of each money and day column so far, by column name; `cells` is one more row of the file. */
export const learnStyles = (
  plan: ImportPlan,
  known: ReadonlyMap<string, ColumnStyle>,
  cells: readonly string[],
): ReadonlyMap<string, ColumnStyle> => {
  let next = known
  for (const { column, field, cells: indexes } of plan.columns) {
    if (field.kind !== 'money' && field.kind !== 'day') continue
    const text = cells[indexes[0] ?? -1] ?? ''
    const before = next.get(column) ?? { decimal: 'unknown', dayOrder: 'unknown' }
    const after: ColumnStyle =
      field.kind === 'money'
        ? { ...before, decimal: mergeSigns(before.decimal, decimalSignOf(text)) }
        : { ...before, dayOrder: mergeOrders(before.dayOrder, dayOrderOf(text)) }
    if (after.decimal !== before.decimal || after.dayOrder !== before.dayOrder)
      next = new Map([...next, [column, after]])
  }
  return next
}
