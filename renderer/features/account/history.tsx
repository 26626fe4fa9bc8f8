import { History as HistoryIcon } from 'lucide-react'
import { useEffect, useState } from 'react'
import { ENTITIES } from '../../../core/model/entities.ts'
import { displayValue, memberName } from '../../data/display.ts'
import { formatAgo, formatInstant } from '../../data/format.ts'
import { useStatus } from '../../data/status-store.ts'
import { useCall } from '../../data/use-call.ts'
import { Avatar } from '../../ui/avatar.tsx'
import { Button } from '../../ui/button.tsx'
import { useDisplay } from './use-display.ts'

const DID = { create: 'created it', patch: 'changed', delete: 'deleted it', restore: 'restored it' } as const

/** Who changed what and when, asked of the server when the person wants it. */
export const HistorySection = ({ id }: { id: string }) => {
  const [wanted, setWanted] = useState(false)
  const history = useCall('history.get', wanted ? { entity: 'accounts', id } : null)
  const context = useDisplay()
  const { state } = useStatus()
  const { error, reload } = history
  useEffect(() => {
    if (state === 'up_to_date' && error) reload()
  }, [state, error, reload])
  return (
    <section className="section" aria-label="History" data-testid="section-history">
      <header className="section-head">
        <h3>History</h3>
        {wanted && history.value && (
          <Button kind="ghost" onClick={history.reload}>
            Refresh
          </Button>
        )}
      </header>
      {!wanted && (
        <Button icon={<HistoryIcon aria-hidden="true" />} onClick={() => setWanted(true)} data-testid="show-history">
          Show history
        </Button>
      )}
      {history.loading && <p className="section-none">Asking the server…</p>}
      {history.error && (
        <div className="history-error" role="alert">
          <p>
            {history.error.code === 'offline' || history.error.code === 'not_gateway'
              ? 'The history is kept on the server. It is here again as soon as there is a connection.'
              : history.error.message}
          </p>
          <Button onClick={history.reload}>Try again</Button>
        </div>
      )}
      {history.value?.entries.length === 0 && <p className="section-none">Nothing recorded yet</p>}
      <ol className="history">
        {history.value?.entries.map((entry) => {
          const name = entry.member_id ? memberName(context.byId, entry.member_id) : 'The server'
          return (
            <li key={`${entry.mutation_id} ${entry.at} ${entry.action}`} className="history-entry">
              <Avatar name={name} seed={entry.member_id ?? ''} />
              <div>
                <p>
                  <b>{name}</b> {DID[entry.action]}{' '}
                  <span className="muted" title={formatInstant(entry.at)}>
                    {formatAgo(entry.at, context.nowMs)}
                  </span>
                </p>
                {entry.action === 'patch' && (
                  <ul className="history-changes">
                    {entry.changes.map((change) => (
                      <li key={change.field}>
                        <span className="muted">{ENTITIES.accounts.fields[change.field]?.label ?? change.field}</span>{' '}
                        <del>{displayValue('accounts', change.field, change.from, context) || 'empty'}</del>
                        {' → '}
                        <ins>{displayValue('accounts', change.field, change.to, context) || 'empty'}</ins>
                      </li>
                    ))}
                  </ul>
                )}
              </div>
            </li>
          )
        })}
      </ol>
    </section>
  )
}
