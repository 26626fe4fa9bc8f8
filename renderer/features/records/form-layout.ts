import { choicesOf } from '../../../core/model/codes.ts'
import type { FormEntity } from '../../data/actions.tsx'
import type { Draft } from '../../data/drafts.ts'

/** The fields of each form in order; `wide` ones take the whole width. */
export const FORM_FIELDS: Readonly<
  Record<FormEntity, readonly { readonly column: string; readonly wide?: boolean }[]>
> = {
  accounts: [
    { column: 'company', wide: true },
    { column: 'type' },
    { column: 'status' },
    { column: 'priority' },
    { column: 'assigned_to' },
    { column: 'deal_value' },
    { column: 'check_size' },
    { column: 'next_action' },
    { column: 'next_action_date' },
    { column: 'website' },
    { column: 'phone' },
    { column: 'address', wide: true },
    { column: 'city' },
    { column: 'country' },
    { column: 'opportunity', wide: true },
  ],
  contacts: [
    { column: 'account_id', wide: true },
    { column: 'name' },
    { column: 'title' },
    { column: 'email' },
    { column: 'phone' },
    { column: 'assigned_to' },
  ],
  tasks: [
    { column: 'account_id', wide: true },
    { column: 'title', wide: true },
    { column: 'status' },
    { column: 'due_date' },
    { column: 'assigned_to' },
  ],
  meetings: [
    { column: 'account_id', wide: true },
    { column: 'subject', wide: true },
    { column: 'starts_at' },
    { column: 'ends_at' },
    { column: 'place', wide: true },
    { column: 'notes', wide: true },
  ],
  notes: [
    { column: 'account_id', wide: true },
    { column: 'body', wide: true },
  ],
}

/** What a new record starts with. */
export const startingDraft = (entity: FormEntity, me: string): Draft => {
  switch (entity) {
    case 'accounts':
      return { type: 'customer', status: 'lead', assigned_to: me }
    case 'contacts':
      return { assigned_to: me }
    case 'tasks':
      return { status: 'open', assigned_to: me }
    case 'meetings':
      return {}
    case 'notes':
      return { author: me }
  }
}

/** The draft after one field changed: an account's status follows its type, a meeting does not end before it starts. */
export const changed = (entity: FormEntity, draft: Draft, column: string, text: string): Draft => {
  const next = { ...draft, [column]: text }
  if (entity === 'accounts' && column === 'type') {
    const statuses = choicesOf('accounts', 'status', text)
    const [first] = statuses
    if (first && !statuses.some((status) => status.code === draft['status'])) return { ...next, status: first.code }
  }
  if (entity === 'meetings' && column === 'starts_at' && next['ends_at'] && next['ends_at'] < text)
    return { ...next, ends_at: text }
  return next
}

/** Problems that one field alone does not show. */
export const jointProblems = (entity: FormEntity, draft: Draft): Record<string, string> =>
  entity === 'meetings' && draft['ends_at'] && draft['starts_at'] && draft['ends_at'] < draft['starts_at']
    ? { ends_at: 'Ends must not be before Starts' }
    : {}
