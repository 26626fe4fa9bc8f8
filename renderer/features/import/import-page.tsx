import { Upload } from 'lucide-react'
import { useState } from 'react'
import type { ImportProgress } from '../../../core/protocol/window-api.ts'
import { call } from '../../data/api.ts'
import { useCall } from '../../data/use-call.ts'
import { useEvent } from '../../data/use-event.ts'
import { Button } from '../../ui/button.tsx'
import { notifyError } from '../../ui/toast.tsx'
import { JobCard } from './job-card.tsx'
import { PreviewStep } from './preview-step.tsx'
import './import.css'

/** Brings a CSV file in: choose, check, start; and the imports so far, the newest first. */
export const ImportPage = () => {
  const [file, setFile] = useState<string | null>(null)
  const past = useCall('import.list', {})
  const [live, setLive] = useState<Readonly<Record<string, ImportProgress>>>({})
  useEvent('import', (progress) => {
    setLive((before) => ({ ...before, [progress.job]: progress }))
    if (progress.state !== 'running') past.reload()
  })
  const listed = past.value ?? []
  const known = new Set(listed.map((job) => job.job))
  const jobs = [
    ...Object.values(live).filter((job) => !known.has(job.job)),
    ...listed.map((job) => live[job.job] ?? job),
  ]
  const choose = async (): Promise<void> => {
    const result = await call('import.choose', {})
    if (!result.ok) return notifyError('Could not choose a file', result.error)
    if (result.value) setFile(result.value.file)
  }
  return (
    <div className="page-scroll">
      <div className="page-column import-column">
        <h1 className="page-title">Import</h1>
        <p className="page-lead">
          Bring accounts, contacts or tasks in from a CSV file. It works offline too; the records are sent when there is
          a connection.
        </p>
        {file === null ? (
          <button type="button" className="import-choose" onClick={() => void choose()} data-testid="import-choose">
            <Upload aria-hidden="true" />
            <b>Choose a CSV file</b>
            <span className="muted">
              UTF-8, with a first row of headers. You see what it would do before it does it.
            </span>
          </button>
        ) : (
          <PreviewStep
            key={file}
            file={file}
            onBack={() => void choose()}
            onStarted={() => {
              setFile(null)
              past.reload()
            }}
          />
        )}
        {past.error && (
          <p className="import-missing" role="alert">
            {past.error.message} <Button onClick={past.reload}>Try again</Button>
          </p>
        )}
        {jobs.length > 0 && (
          <section aria-label="Imports so far">
            <h2 className="attention-section">Imports so far</h2>
            <ul className="jobs">
              {jobs.map((job) => (
                <JobCard key={job.job} job={job} />
              ))}
            </ul>
          </section>
        )}
      </div>
    </div>
  )
}
