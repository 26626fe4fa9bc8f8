import type { Value } from '../../../core/model/field.ts'
import type { OutboxEntry } from '../../../core/protocol/outbox.ts'
import { type FormRequest, hasForm } from '../../data/actions.tsx'
import { call } from '../../data/api.ts'
import { fieldsOf } from './refusal.ts'

/**
 * The form in which every field of a refused edit can be changed before it is sent again: the record as the server has it,
 * with what the person wants over it.
 *
 * @param values the values to send, as they stand now
 * @returns null for a record without a form
 */
export const resendForm = async (
  entry: OutboxEntry,
  values: Readonly<Record<string, Value>>,
): Promise<FormRequest | null> => {
  const { edit } = entry
  if (!hasForm(edit.entity)) return null
  const wanted = fieldsOf(entry).map(({ field }) => field)
  const head = { mode: 'resend', entity: edit.entity, edit: edit.id } as const
  if (edit.op === 'create') {
    const { account_id } = edit.values
    const account =
      typeof account_id === 'string' ? await call('record.get', { entity: 'accounts', id: account_id }) : null
    // An account that is not here any more has to be chosen anew.
    const here = account?.ok === true && account.value.mark !== 'removed'
    const row = { ...edit.values, ...values, ...(here ? {} : { account_id: null }) }
    return {
      ...head,
      wanted: [...wanted, 'account_id'],
      row,
      account: here ? String(account.value.row['company']) : '',
    }
  }
  const record = await call('record.get', { entity: edit.entity, id: edit.record_id })
  const row = { ...(record.ok ? record.value.row : {}), ...values }
  return { ...head, wanted, row, accountName: entry.title, account: '' }
}
