import { ArchiveRestore, Copy, CornerDownRight, ExternalLink, Pencil, Send, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { ENTITIES } from '../../../core/model/entities.ts'
import type { OutboxEntry } from '../../../core/protocol/outbox.ts'
import { hasForm, useActions } from '../../data/actions.tsx'
import { call } from '../../data/api.ts'
import { copyText } from '../../data/clipboard.ts'
import { type DisplayContext, displayValue } from '../../data/display.ts'
import { type Draft, readDrafts, toDraft } from '../../data/drafts.ts'
import { formatAgo, formatInstant, plural } from '../../data/format.ts'
import { Button } from '../../ui/button.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { notify, notifyError } from '../../ui/toast.tsx'
import { adviceOf, deedOf, fieldsOf, isEditable, isRemoved } from './refusal.ts'
import { RefusedFieldRow } from './refused-field.tsx'
import { resendForm } from './resend-form.ts'

interface ItemProps {
  readonly entry: OutboxEntry
  /** The edits that wait for this one. */
  readonly followers: readonly OutboxEntry[]
  readonly context: DisplayContext
  readonly onResolved: () => void
}

/** A refused edit: why, what hangs on it, and the ways out. */
export const AttentionItem = ({ entry, followers, context, onResolved }: ItemProps) => {
  const actions = useActions()
  const { edit } = entry
  const fields = fieldsOf(entry)
  const removed = isRemoved(entry)
  const editable = isEditable(entry) && (!removed || edit.op === 'create')
  const first: Draft = Object.fromEntries(fields.map(({ field, mine }) => [field, toDraft(edit.entity, field, mine)]))
  const [changes, setChanges] = useState<Draft>({})
  const [asking, setAsking] = useState(false)
  const [tried, setTried] = useState(false)
  const draft = { ...first, ...changes }
  const { values, problems } = readDrafts(edit.entity, draft)
  const problemOf = (field: string): string | null => {
    if (tried && problems[field]) return problems[field]
    const untouched = draft[field] === first[field]
    return !removed && entry.refusal?.code !== 'conflict' && entry.refusal?.field === field && untouched
      ? 'The server does not take this value'
      : null
  }
  const account = edit.entity === 'accounts' && edit.op !== 'create' ? edit.record_id : null

  const resend = async (): Promise<void> => {
    setTried(true)
    if (editable && Object.keys(problems).length > 0) return
    const result = await call('outbox.resend', { id: edit.id, ...(editable ? { values } : {}) })
    if (!result.ok) return notifyError('Could not send again', result.error)
    notify('Queued to be sent again')
    onResolved()
  }
  const bringBack = async (): Promise<void> => {
    const result = await call('outbox.bringBack', { id: edit.id })
    if (!result.ok) return notifyError('Could not bring it back', result.error)
    notify('Brought back; your change goes with it')
    onResolved()
  }
  const openForm = async (): Promise<void> => {
    const request = await resendForm(entry, values)
    if (request) actions.openForm(request)
  }
  const discard = async (): Promise<void> => {
    const result = await call('outbox.discard', { id: edit.id })
    if (!result.ok) return notifyError('Could not discard', result.error)
    notify(`${plural(result.value.discarded.length, 'edit')} discarded`)
    onResolved()
  }
  const copy = async (): Promise<void> => {
    const lines = fields.map(
      ({ field, mine }) =>
        `${ENTITIES[edit.entity].fields[field]?.label ?? field}: ${displayValue(edit.entity, field, mine, context)}`,
    )
    notify((await copyText([`${deedOf(entry)} “${entry.title}”`, ...lines].join('\n'))) ? 'Copied' : 'Could not copy')
  }

  return (
    <li className="attention-item" data-testid="needs-attention-item" data-id={edit.id} data-code={entry.refusal?.code}>
      <header className="attention-head">
        <div>
          <h3 className="attention-title">
            {deedOf(entry)} “{entry.title}”
          </h3>
          <p className="muted" title={formatInstant(entry.madeAt)}>
            made {formatAgo(entry.madeAt, context.nowMs)}
          </p>
        </div>
        {account && (
          <Button kind="ghost" icon={<ExternalLink aria-hidden="true" />} onClick={() => actions.openAccount(account)}>
            Open
          </Button>
        )}
      </header>
      <p className="attention-reason">
        <b>{entry.refusal?.message ?? 'The server refused it.'}</b> {adviceOf(entry)}
      </p>
      {fields.map((field) => (
        <RefusedFieldRow
          key={field.field}
          entity={edit.entity}
          entryId={edit.id}
          field={field}
          text={draft[field.field] ?? ''}
          problem={problemOf(field.field)}
          editable={editable}
          context={context}
          onText={(text) => setChanges({ ...changes, [field.field]: text })}
        />
      ))}
      {entry.blocks.length > 0 && (
        <div className="attention-followers">
          <p>
            <CornerDownRight aria-hidden="true" /> {plural(entry.blocks.length, 'later edit')}{' '}
            {entry.blocks.length === 1 ? 'waits' : 'wait'} for this one:
          </p>
          <ul>
            {followers.slice(0, 5).map((follower) => (
              <li key={follower.edit.id} className="truncate">
                {deedOf(follower)} “{follower.title}”
              </li>
            ))}
            {entry.blocks.length > 5 && <li>and {entry.blocks.length - 5} more</li>}
          </ul>
        </div>
      )}
      <footer className="attention-actions">
        {removed ? (
          <Button
            kind="primary"
            icon={<ArchiveRestore aria-hidden="true" />}
            onClick={() => void bringBack()}
            data-testid="attention-bring-back"
          >
            Bring it back and send
          </Button>
        ) : (
          <Button
            kind="primary"
            icon={<Send aria-hidden="true" />}
            onClick={() => void resend()}
            data-testid="attention-resend"
          >
            {edit.op === 'delete' ? 'Delete all the same' : 'Send again'}
          </Button>
        )}
        {editable && hasForm(edit.entity) && (!removed || edit.op === 'create') && (
          <Button icon={<Pencil aria-hidden="true" />} onClick={() => void openForm()} data-testid="attention-edit">
            Edit…
          </Button>
        )}
        {fields.length > 0 && (
          <Button icon={<Copy aria-hidden="true" />} onClick={() => void copy()} data-testid="attention-copy">
            Copy
          </Button>
        )}
        <Button
          kind="ghost"
          icon={<Trash2 aria-hidden="true" />}
          onClick={() => setAsking(true)}
          data-testid="attention-discard"
        >
          Discard
        </Button>
      </footer>
      {asking && (
        <ConfirmDialog
          title="Discard this edit?"
          action="Discard"
          testId="confirm-discard"
          onClose={() => setAsking(false)}
          onConfirm={() => void discard()}
        >
          What you entered is given up
          {entry.blocks.length > 0 ? ', with the edits that wait for it' : ''}.{' '}
          {edit.op === 'create' || removed
            ? 'The record is then gone from here too.'
            : 'The record stays as the server has it.'}
        </ConfirmDialog>
      )}
    </li>
  )
}
