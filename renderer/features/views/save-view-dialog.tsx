import { useState } from 'react'
import { ENTITIES } from '../../../core/model/entities.ts'
import { fieldProblem } from '../../../core/model/validate.ts'
import { newId, submitEdits } from '../../data/edits.ts'
import type { ListQuery } from '../../data/list-query.ts'
import { useLists } from '../../data/lists.tsx'
import { writeQuery } from '../../data/views.ts'
import { useWorkspace } from '../../data/workspace.tsx'
import { Button } from '../../ui/button.tsx'
import { FormDialog } from '../../ui/dialog.tsx'
import { FormField } from '../../ui/field.tsx'
import { focusOnMount } from '../../ui/focus.ts'

const NAME = ENTITIES.saved_views.fields['name']

/** Names the present list and keeps it as a view. */
export const SaveViewDialog = ({ query, onClose }: { query: ListQuery; onClose: () => void }) => {
  const { session } = useWorkspace()
  const { dispatch } = useLists()
  const [name, setName] = useState('')
  const [shared, setShared] = useState(false)
  const [tried, setTried] = useState(false)
  const problem = NAME ? fieldProblem(NAME, name.trim()) : null

  const save = async (): Promise<void> => {
    setTried(true)
    if (problem) return
    const id = newId()
    const values = {
      name: name.trim(),
      entity: query.entity,
      spec: writeQuery(query),
      shared: shared ? 1 : 0,
      owner: session.member.id,
    }
    if (!(await submitEdits([{ op: 'create', entity: 'saved_views', record_id: id, values }], 'View saved'))) return
    dispatch({
      t: 'view',
      view: { id, name: values.name, entity: query.entity, query, owner: session.member.id, shared },
    })
    onClose()
  }

  return (
    <FormDialog
      title="Save view"
      testId="save-view-dialog"
      onClose={onClose}
      onSubmit={() => void save()}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" data-testid="save">
            Save view
          </Button>
        </>
      }
    >
      <div className="form-grid">
        <FormField id="view-name" label="Name" required problem={tried ? problem : null} wide>
          <input
            id="view-name"
            className="input"
            ref={focusOnMount}
            value={name}
            placeholder="Hot deals in Boston"
            aria-invalid={tried && problem !== null}
            onChange={(event) => setName(event.target.value)}
          />
        </FormField>
        <label className="check field-wide">
          <input type="checkbox" checked={shared} onChange={(event) => setShared(event.target.checked)} />
          <span>
            Share with everybody in the workspace
            <span className="check-hint">
              It keeps filters and order. Everybody sees the records that they may see.
            </span>
          </span>
        </label>
      </div>
    </FormDialog>
  )
}
