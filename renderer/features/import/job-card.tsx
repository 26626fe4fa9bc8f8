import { ChevronRight, Undo2, X } from 'lucide-react'
import { useState } from 'react'
import type { ImportProgress } from '../../../core/protocol/window-api.ts'
import { call } from '../../data/api.ts'
import { formatCount, plural } from '../../data/format.ts'
import { Button } from '../../ui/button.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { Progress } from '../../ui/empty.tsx'
import { notify, notifyError } from '../../ui/toast.tsx'

const STATES: Readonly<Record<ImportProgress['state'], string>> = {
  running: 'Importing',
  done: 'Imported',
  cancelled: 'Cancelled',
  failed: 'Failed',
  undone: 'Undone',
}

const cancel = async (job: string): Promise<void> => {
  const result = await call('import.cancel', { job })
  if (!result.ok) notifyError('Could not cancel', result.error)
}

const undo = async (job: string): Promise<void> => {
  const result = await call('import.undo', { job })
  if (!result.ok) return notifyError('Could not undo the import', result.error)
  notify(`Import undone: ${plural(result.value.cancelled + result.value.reversed, 'record')} taken back`)
}

/** One import, running or past: how far it is, what it made, which rows it left out, and one Undo for all of it. */
export const JobCard = ({ job }: { job: ImportProgress }) => {
  const [open, setOpen] = useState(job.state === 'running')
  const [asking, setAsking] = useState(false)
  const share = job.bytesTotal > 0 ? job.bytesRead / job.bytesTotal : null
  return (
    <li className="job" data-testid="import-job" data-state={job.state}>
      <div className="job-head">
        <span className={`job-state job-${job.state}`}>{STATES[job.state]}</span>
        <b className="truncate" title={job.fileName}>
          {job.fileName}
        </b>
        <span className="muted num job-numbers">
          {formatCount(job.created)} {job.entity}
          {job.rejectedCount > 0 && `, ${plural(job.rejectedCount, 'row')} left out`}
        </span>
        {job.state === 'running' && (
          <Button icon={<X aria-hidden="true" />} onClick={() => void cancel(job.job)} data-testid="import-cancel">
            Cancel
          </Button>
        )}
        {job.state !== 'running' && job.state !== 'undone' && job.created > 0 && (
          <Button icon={<Undo2 aria-hidden="true" />} onClick={() => setAsking(true)} data-testid="import-undo">
            Undo
          </Button>
        )}
      </div>
      {job.state === 'running' && (
        <div className="job-progress">
          <Progress value={share} label={`Importing ${job.fileName}`} />
          <span className="muted num">{plural(job.rows, 'row')} read</span>
        </div>
      )}
      {job.error && (
        <p className="import-missing" role="alert">
          {job.error.message}
        </p>
      )}
      {job.rejected.length > 0 && (
        <>
          <button type="button" className="job-toggle" aria-expanded={open} onClick={() => setOpen(!open)}>
            <ChevronRight aria-hidden="true" /> Rows left out
          </button>
          {open && (
            <div className="preview-scroll">
              <table className="preview" data-testid="import-rejected">
                <thead>
                  <tr>
                    <th scope="col">Line</th>
                    <th scope="col">Reason</th>
                    <th scope="col">Row</th>
                  </tr>
                </thead>
                <tbody>
                  {job.rejected.map((row) => (
                    <tr key={`${row.line} ${row.reason}`}>
                      <td className="num muted">{row.line}</td>
                      <td className="preview-why">{row.reason}</td>
                      <td className="truncate muted" title={row.cells.join(' · ')}>
                        {row.cells.join(' · ')}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
              {job.rejectedCount > job.rejected.length && (
                <p className="section-none">and {formatCount(job.rejectedCount - job.rejected.length)} more</p>
              )}
            </div>
          )}
        </>
      )}
      {asking && (
        <ConfirmDialog
          title={`Undo the import of “${job.fileName}”?`}
          action="Undo the import"
          testId="confirm-import-undo"
          onClose={() => setAsking(false)}
          onConfirm={() => void undo(job.job)}
        >
          The {formatCount(job.created)} {job.entity} that it made are taken back, also where they were edited since.
        </ConfirmDialog>
      )}
    </li>
  )
}
