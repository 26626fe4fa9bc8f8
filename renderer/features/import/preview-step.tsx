import { FileSpreadsheet, TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { ENTITIES } from '../../../core/model/entities.ts'
import type { CsvMapping } from '../../../core/protocol/window-api.ts'
import type { ListEntity } from '../../../core/query/spec.ts'
import { call } from '../../data/api.ts'
import { displayValue } from '../../data/display.ts'
import { formatBytes, plural } from '../../data/format.ts'
import { useCall } from '../../data/use-call.ts'
import { useNow } from '../../data/use-now.ts'
import { useWorkspace } from '../../data/workspace.tsx'
import { Button } from '../../ui/button.tsx'
import { Empty, Progress } from '../../ui/empty.tsx'
import { Segmented } from '../../ui/segmented.tsx'
import { notifyError } from '../../ui/toast.tsx'
import { MappingTable } from './mapping-table.tsx'

const TARGETS = [
  { value: 'accounts', label: 'Accounts' },
  { value: 'contacts', label: 'Contacts' },
  { value: 'tasks', label: 'Tasks' },
] as const

/** What an import would do, before anything is written: mapping and first rows, with their problems. */
export const PreviewStep = ({
  file,
  onBack,
  onStarted,
}: {
  file: string
  onBack: () => void
  onStarted: (job: string) => void
}) => {
  const { session, byId } = useWorkspace()
  const nowMs = useNow(60_000)
  const [entity, setEntity] = useState<ListEntity>('accounts')
  const [chosen, setChosen] = useState<CsvMapping | null>(null)
  const [starting, setStarting] = useState(false)
  const { value: preview, error } = useCall('import.preview', { file, entity, ...(chosen ? { mapping: chosen } : {}) })
  const [last, setLast] = useState(preview)
  if (preview && preview !== last) setLast(preview)
  const shown = preview ?? (last && chosen ? last : null)
  const context = { currency: session.workspace.currency, byId, nowMs }

  if (error)
    return (
      <Empty
        icon={<TriangleAlert />}
        title="This file cannot be imported"
        actions={<Button onClick={onBack}>Choose another file</Button>}
      >
        <span data-testid="import-error">{error.message}</span>
      </Empty>
    )
  if (!shown) return <Progress value={null} label="Reading the file" />

  const { mapping, rows, missing } = shown
  const columns = [...new Set(Object.values(mapping).filter((column): column is string => column !== null))]
  const words = (column: string, value: string | number | null | undefined): string =>
    displayValue(entity, column, value, context)
  const bad = rows.filter((row) => row.problem !== null).length
  const map = (header: string, field: string | null): void => {
    const others = Object.fromEntries(Object.entries(mapping).map(([one, to]) => [one, to === field ? null : to]))
    setChosen({ ...others, [header]: field })
  }
  const start = async (): Promise<void> => {
    setStarting(true)
    const result = await call('import.start', { file, entity, mapping })
    setStarting(false)
    if (!result.ok) return notifyError('The import did not start', result.error)
    onStarted(result.value.job)
  }

  return (
    <div className="import-step" data-testid="import-preview">
      <div className="import-file">
        <FileSpreadsheet aria-hidden="true" />
        <div className="import-file-words">
          <b className="truncate">{shown.fileName}</b>
          <span className="muted num">
            {formatBytes(shown.bytes)}, {plural(shown.headers.length, 'column')}
          </span>
        </div>
        <Segmented
          label="Import into"
          options={TARGETS}
          value={entity}
          onChange={(next) => {
            setChosen(null)
            setEntity(next)
          }}
        />
        <Button onClick={onBack}>Choose another</Button>
      </div>
      <h2>Columns</h2>
      <MappingTable
        entity={entity}
        headers={shown.headers}
        mapping={mapping}
        sample={(field) => words(field, rows[0]?.values[field])}
        onMap={map}
      />
      {missing.length > 0 && (
        <p className="import-missing" role="alert">
          <TriangleAlert aria-hidden="true" />
          Still to be matched with a column:{' '}
          {missing.map((column) => ENTITIES[entity].fields[column]?.label ?? column).join(', ')}
        </p>
      )}
      <h2>
        First {plural(rows.length, 'row')}
        {bad > 0 && <span className="import-bad">{plural(bad, 'row')} would be left out</span>}
      </h2>
      <div className="preview-scroll">
        <table className="preview">
          <thead>
            <tr>
              <th scope="col" className="num">
                Line
              </th>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {ENTITIES[entity].fields[column]?.label ?? column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.line} className={row.problem ? 'preview-problem' : undefined}>
                <td className="num muted">{row.line}</td>
                {row.problem ? (
                  <td colSpan={columns.length} className="preview-reason">
                    {row.problem}
                  </td>
                ) : (
                  columns.map((column) => (
                    <td key={column} className="truncate" title={words(column, row.values[column])}>
                      {words(column, row.values[column])}
                    </td>
                  ))
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <footer className="import-actions">
        <Button
          kind="primary"
          disabled={missing.length > 0 || starting}
          onClick={() => void start()}
          data-testid="import-start"
        >
          Import {entity}
        </Button>
        <span className="muted">Nothing is written before. One Undo takes the whole import back.</span>
      </footer>
    </div>
  )
}
