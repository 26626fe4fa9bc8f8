import { ACCOUNT_STATUSES } from '../model/codes.ts'
import { ENTITIES } from '../model/entities.ts'
import type { Value } from '../model/field.ts'
import { fieldProblem } from '../model/validate.ts'
import { parseCell } from './cells.ts'
import type { ColumnStyle, ImportContext, ImportPlan, PlanColumn } from './plan.ts'
import type { ImportEntity } from './synonyms.ts'

export type RowValues = Readonly<Record<string, Value>>

/** A row as it would be stored; `problem` says in words why it can't be. */
export interface ConvertedRow {
  readonly values: RowValues
  readonly problem: string | null
}

/** Cells may hold what people paste: non-breaking and zero-width spaces around the text go. */
const clean = (cell: string): string => cell.replace(/^[\s\u200b\ufeff]+|[\s\u200b\ufeff]+$/g, '')

const textOf = (column: PlanColumn, cells: readonly string[]): string =>
  column.cells
    .map((index) => clean(cells[index] ?? ''))
    .filter((text) => text !== '')
    .join(' ')

/** The first stage of an account's type: what an account starts as. */
const firstStatus = (type: string): string => ACCOUNT_STATUSES[type]?.[0]?.code ?? 'lead'

const defaultsOf = (entity: ImportEntity, values: RowValues): RowValues => {
  if (entity === 'tasks') return { status: values['status'] ?? 'open' }
  if (entity !== 'accounts') return {}
  const type = values['type'] ?? 'customer'
  return { type, status: values['status'] ?? firstStatus(String(type)) }
}

/**
 * One row of a file as the values of a create. A row may be shorter than the header (the rest is empty), never longer.
 *
 * @param styles how the file's columns write amounts and days, see `learnStyles`
 */
export const convertRow = (
  plan: ImportPlan,
  styles: ReadonlyMap<string, ColumnStyle>,
  context: ImportContext,
  cells: readonly string[],
): ConvertedRow => {
  const problems: string[] = []
  const extra = cells.slice(plan.width).some((cell) => clean(cell) !== '')
  if (extra) problems.push(`has ${cells.length} cells where the header has ${plan.width}`)
  const typeColumn = plan.entity === 'accounts' ? plan.columns.find(({ column }) => column === 'type') : undefined
  const types = typeColumn && parseCell('accounts', typeColumn, textOf(typeColumn, cells), undefined, context, null)
  const accountType = types && 'value' in types && typeof types.value === 'string' ? types.value : 'customer'
  const read: Record<string, Value> = {}
  for (const part of plan.columns) {
    const parsed = parseCell(plan.entity, part, textOf(part, cells), styles.get(part.column), context, accountType)
    if ('problem' in parsed) problems.push(`${part.field.label} ${parsed.problem}`)
    else read[part.column] = parsed.value
  }
  const values = { ...read, ...defaultsOf(plan.entity, read) }
  if (problems.length === 0) problems.push(...valueProblems(plan, values))
  return { values, problem: problems.length === 0 ? null : problems.join('; ') }
}

/** References that are still text are left to whoever resolves them, except that required ones must not be empty. */
const valueProblems = (plan: ImportPlan, values: RowValues): readonly string[] =>
  Object.entries(ENTITIES[plan.entity].fields).flatMap(([column, field]) => {
    const value = values[column] ?? null
    if (!field.editable || (isUnresolved(plan.entity, column) && value !== null)) return []
    const problem = fieldProblem(field, value)
    return problem === null ? [] : [problem]
  })

/** Does a column hold a reference that only the database can resolve? */
export const isUnresolved = (entity: ImportEntity, column: string): boolean => {
  const target = ENTITIES[entity].fields[column]?.ref
  return target !== undefined && target !== 'workspace_members'
}
