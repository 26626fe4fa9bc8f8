/** A coded choice. Unknown codes from the server are shown as they are, never refused. */
export interface Choice {
  readonly code: string
  readonly label: string
}

const choices = (pairs: Readonly<Record<string, string>>): readonly Choice[] =>
  Object.entries(pairs).map(([code, label]) => ({ code, label }))

export const ACCOUNT_TYPES = choices({ investor: 'Investor', customer: 'Customer', partner: 'Partner' })

/** Statuses of an account depend on its type. */
export const ACCOUNT_STATUSES: Readonly<Record<string, readonly Choice[]>> = {
  investor: choices({
    researching: 'Researching',
    contacted: 'Contacted',
    meeting: 'Meeting',
    due_diligence: 'Due diligence',
    term_sheet: 'Term sheet',
    invested: 'Invested',
    passed: 'Passed',
  }),
  customer: choices({
    lead: 'Lead',
    qualified: 'Qualified',
    proposal: 'Proposal',
    negotiation: 'Negotiation',
    won: 'Won',
    lost: 'Lost',
    churned: 'Churned',
  }),
  partner: choices({
    prospect: 'Prospect',
    in_talks: 'In talks',
    active: 'Active',
    paused: 'Paused',
    ended: 'Ended',
  }),
}

export const PRIORITIES = choices({ high: 'High', medium: 'Medium', low: 'Low' })
export const TASK_STATUSES = choices({ open: 'Open', doing: 'In progress', done: 'Done', cancelled: 'Cancelled' })
export const ROLES = choices({ admin: 'Admin', manager: 'Manager', rep: 'Rep' })
export type Role = 'admin' | 'manager' | 'rep'
export const IMPORT_STATES = choices({
  running: 'Running',
  done: 'Done',
  cancelled: 'Cancelled',
  undone: 'Undone',
})

/** Every account status once, in the order of types then stages. */
export const ALL_ACCOUNT_STATUSES: readonly Choice[] = [
  ...new Map(
    Object.values(ACCOUNT_STATUSES)
      .flat()
      .map((choice) => [choice.code, choice]),
  ).values(),
]

/** The choices of a `code` field, for pickers and labels; empty where the field is not coded by a list. */
export const choicesOf = (entity: string, column: string, accountType?: string | null): readonly Choice[] => {
  if (entity === 'accounts' && column === 'type') return ACCOUNT_TYPES
  if (entity === 'accounts' && column === 'status')
    return (accountType && ACCOUNT_STATUSES[accountType]) || ALL_ACCOUNT_STATUSES
  if (entity === 'accounts' && column === 'priority') return PRIORITIES
  if (entity === 'tasks' && column === 'status') return TASK_STATUSES
  if (entity === 'workspace_members' && column === 'role') return ROLES
  if (entity === 'import_jobs' && column === 'state') return IMPORT_STATES
  return []
}

/** A code's label, or the code itself where no list knows it. */
export const labelOf = (entity: string, column: string, value: string): string =>
  choicesOf(entity, column).find((choice) => choice.code === value)?.label ?? value
