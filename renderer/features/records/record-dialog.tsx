import { useState } from 'react'
import { ENTITIES } from '../../../core/model/entities.ts'
import { type FormRequest, useActions } from '../../data/actions.tsx'
import { call } from '../../data/api.ts'
import { type Draft, readDrafts, toDraft } from '../../data/drafts.ts'
import { newId, patchOf, submitEdits } from '../../data/edits.ts'
import { FieldInput } from '../../data/field-input.tsx'
import { useWorkspace } from '../../data/workspace.tsx'
import { Button } from '../../ui/button.tsx'
import { FormDialog } from '../../ui/dialog.tsx'
import { FormField } from '../../ui/field.tsx'
import { notify, notifyError } from '../../ui/toast.tsx'
import { AccountPicker } from './account-picker.tsx'
import { changed, FORM_FIELDS, jointProblems, startingDraft } from './form-layout.ts'

const TITLES = {
  create: (label: string) => `New ${label}`,
  edit: (label: string) => `Edit ${label}`,
  resend: (label: string) => `Change the ${label} and send it again`,
} as const
const SAVE = { edit: 'Save', resend: 'Send again' } as const

const firstDraft = (request: FormRequest, me: string): Draft => {
  const columns = FORM_FIELDS[request.entity].map(({ column }) => column)
  const given = request.mode === 'create' ? request.preset : request.row
  const drafted = Object.fromEntries(columns.map((column) => [column, toDraft(request.entity, column, given[column])]))
  if (request.mode !== 'create') return drafted
  const start = startingDraft(request.entity, me)
  const preset = Object.fromEntries(
    Object.keys(given).map((column) => [column, toDraft(request.entity, column, given[column])]),
  )
  return { ...drafted, ...start, ...preset }
}

/** Creates a record, edits one, or changes a refused edit before it is sent again. Problems stand beside their fields once saving was tried. */
export const RecordDialog = ({ request, onClose }: { request: FormRequest; onClose: () => void }) => {
  const { session } = useWorkspace()
  const actions = useActions()
  const { entity } = request
  const { label } = ENTITIES[entity]
  const [first] = useState<Draft>(() => firstDraft(request, session.member.id))
  const [draft, setDraft] = useState<Draft>(first)
  const [accountName, setAccountName] = useState(
    request.accountName ?? (request.mode === 'resend' ? request.account : ''),
  )
  const [tried, setTried] = useState(false)
  const [saving, setSaving] = useState(false)
  const { values, problems: single } = readDrafts(entity, draft)
  const problems = { ...single, ...jointProblems(entity, draft) }
  const fixedAccount = request.accountName !== undefined
  const fields = FORM_FIELDS[entity].filter(({ column }) => column !== 'account_id' || !fixedAccount)

  const create = async (): Promise<boolean> => {
    const id = newId()
    const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null))
    const saved = await submitEdits([{ op: 'create', entity, record_id: id, values: given }], `${label} created`)
    if (saved && entity === 'accounts') actions.openAccount(id)
    return saved
  }
  const change = async (): Promise<boolean> => {
    if (request.mode !== 'edit') return false
    const edit = patchOf(entity, String(request.row['id']), request.row, values)
    return edit === null || submitEdits([edit], `${label} saved`)
  }
  const resend = async (): Promise<boolean> => {
    if (request.mode !== 'resend') return false
    const sent = Object.entries(values).filter(
      ([column]) => request.wanted.includes(column) || draft[column] !== first[column],
    )
    const result = await call('outbox.resend', { id: request.edit, values: Object.fromEntries(sent) })
    if (result.ok) notify('Queued to be sent again')
    else notifyError('Could not send again', result.error)
    return result.ok
  }
  const deeds = { create, edit: change, resend }
  const save = async (): Promise<void> => {
    setTried(true)
    const [wrong] = fields.filter(({ column }) => problems[column])
    if (wrong) return document.getElementById(`form-${wrong.column}`)?.focus()
    if (saving) return
    setSaving(true)
    const saved = await deeds[request.mode]()
    setSaving(false)
    if (saved) onClose()
  }

  return (
    <FormDialog
      title={TITLES[request.mode](label.toLowerCase())}
      testId="record-dialog"
      onClose={onClose}
      onSubmit={() => void save()}
      footer={
        <>
          {fixedAccount && entity !== 'accounts' && (
            <span className="muted truncate" style={{ marginRight: 'auto' }}>
              {accountName}
            </span>
          )}
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" disabled={saving} data-testid="save">
            {request.mode === 'create' ? `Create ${label.toLowerCase()}` : SAVE[request.mode]}
          </Button>
        </>
      }
    >
      <div className="form-grid">
        {fields.map(({ column, wide }, index) => {
          const field = ENTITIES[entity].fields[column]
          const id = `form-${column}`
          const problem = tried ? (problems[column] ?? null) : null
          const text = draft[column] ?? ''
          return (
            <FormField
              key={column}
              id={id}
              label={field?.label ?? column}
              required={field?.nullable === false}
              problem={problem}
              wide={wide ?? false}
            >
              {column === 'account_id' ? (
                <AccountPicker
                  id={id}
                  value={text}
                  name={accountName}
                  invalid={problem !== null}
                  onPick={(picked, company) => {
                    setDraft(changed(entity, draft, column, picked))
                    setAccountName(company)
                  }}
                />
              ) : (
                <FieldInput
                  id={id}
                  entity={entity}
                  column={column}
                  text={text}
                  accountType={draft['type'] ?? null}
                  invalid={problem !== null}
                  autoFocus={index === 0}
                  onText={(next) => setDraft(changed(entity, draft, column, next))}
                />
              )}
            </FormField>
          )
        })}
      </div>
    </FormDialog>
  )
}
