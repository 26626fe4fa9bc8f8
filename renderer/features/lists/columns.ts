import type { ListEntity } from '../../../core/query/spec.ts'

/** A column of a list. Widths in pixels. */
export interface Column {
  readonly field: string
  readonly label: string
  /** Its least width; free width is shared by `grow`. */
  readonly width: number
  readonly grow: number
  readonly end?: boolean
  readonly sortable?: boolean
}

const column = (field: string, label: string, width: number, options: Partial<Column> = {}): Column => ({
  field,
  label,
  width,
  grow: 0,
  sortable: true,
  ...options,
})

/** Columns in the order that they appear; the number is their rank when there is no room for all, lowest kept longest. */
const COLUMNS: Readonly<Record<ListEntity, readonly (readonly [rank: number, Column])[]>> = {
  accounts: [
    [0, column('company', 'Company', 190, { grow: 3 })],
    [4, column('type', 'Type', 92)],
    [1, column('status', 'Status', 128)],
    [5, column('priority', 'Priority', 96)],
    [2, column('assigned_to', 'Assigned to', 142, { grow: 1, sortable: false })],
    [3, column('deal_value', 'Deal value', 108, { end: true })],
    [7, column('next_action', 'Next action', 150, { grow: 2, sortable: false })],
    [8, column('next_action_date', 'On', 74)],
    [6, column('updated_at', 'Updated', 92)],
    [9, column('created_at', 'Created', 108)],
  ],
  contacts: [
    [0, column('name', 'Name', 170, { grow: 2 })],
    [1, column('account.company', 'Account', 160, { grow: 2, sortable: false })],
    [4, column('title', 'Title', 130, { grow: 1, sortable: false })],
    [2, column('email', 'E-mail', 180, { grow: 2, sortable: false })],
    [3, column('phone', 'Phone', 126, { sortable: false })],
    [5, column('assigned_to', 'Assigned to', 142, { sortable: false })],
    [6, column('updated_at', 'Updated', 92)],
    [7, column('created_at', 'Created', 108)],
  ],
  tasks: [
    [0, column('title', 'Task', 210, { grow: 3 })],
    [2, column('account.company', 'Account', 150, { grow: 2, sortable: false })],
    [1, column('status', 'Status', 116)],
    [3, column('due_date', 'Due', 96)],
    [4, column('assigned_to', 'Assigned to', 142, { grow: 1, sortable: false })],
    [5, column('updated_at', 'Updated', 92)],
    [6, column('created_at', 'Created', 108)],
  ],
}

/** Room of the selection box and the row's padding. */
const GUTTER = 32 + 24
const GAP = 16

/** The columns that fit into a width, in order. The first by rank is always there. */
export const columnsThatFit = (entity: ListEntity, width: number): readonly Column[] => {
  const ranked = [...COLUMNS[entity]].sort(([a], [b]) => a - b).map(([, one]) => one)
  const kept = new Set<Column>()
  let used = GUTTER
  for (const one of ranked) {
    used += one.width + GAP
    if (kept.size > 0 && used > width) break
    kept.add(one)
  }
  return COLUMNS[entity].map(([, one]) => one).filter((one) => kept.has(one))
}

/** The value of `grid-template-columns` for a row. */
export const gridTemplate = (columns: readonly Column[]): string =>
  ['32px', ...columns.map(({ width, grow }) => (grow > 0 ? `minmax(${width}px, ${grow}fr)` : `${width}px`))].join(' ')
