import { RefreshCw } from 'lucide-react'
import { useActions } from '../../data/actions.tsx'
import { call } from '../../data/api.ts'
import { formatAgo, formatCount } from '../../data/format.ts'
import { useStatus } from '../../data/status-store.ts'
import { useNow } from '../../data/use-now.ts'
import { Button } from '../../ui/button.tsx'
import { Progress } from '../../ui/empty.tsx'
import { Popover } from '../../ui/popover.tsx'
import { notifyError } from '../../ui/toast.tsx'
import { pillOf } from './pill.ts'
import './status-pill.css'

const retry = async (): Promise<void> => {
  const result = await call('sync.wake', {})
  if (!result.ok) notifyError('Could not retry', result.error)
}

/** The state of synchronization in a few words; more on a click. */
export const StatusPill = () => {
  const status = useStatus()
  const actions = useActions()
  const nowMs = useNow(15_000)
  const pill = pillOf(status)
  return (
    <Popover
      label="Synchronization"
      align="end"
      trigger={
        <button
          type="button"
          className={`pill pill-${pill.tone}`}
          data-testid="status-pill"
          data-state-name={status.state}
        >
          <span className="pill-dot" aria-hidden="true" />
          <span className="num" role="status">
            {pill.label}
          </span>
          {status.pending > 0 && status.state !== 'up_to_date' && (
            <span className="pill-pending num" title={`${formatCount(status.pending)} edits not sent yet`}>
              {formatCount(status.pending)}
            </span>
          )}
          {pill.progress !== null && (
            <span className="pill-progress" style={{ transform: `scaleX(${pill.progress})` }} aria-hidden="true" />
          )}
        </button>
      }
    >
      <div className="sync-card" data-testid="status-detail">
        <p className="sync-title">
          <span className={`pill-dot pill-${pill.tone}`} aria-hidden="true" />
          {pill.label}
        </p>
        <p className="sync-text">{pill.explain}</p>
        {status.detail && status.detail !== pill.explain && <p className="sync-text muted">{status.detail}</p>}
        {pill.progress !== null && <Progress value={pill.progress} label="Synchronization" />}
        <dl className="sync-facts">
          <dt>Edits not sent yet</dt>
          <dd className="num">{formatCount(status.pending)}</dd>
          <dt>Needs attention</dt>
          <dd className="num">{formatCount(status.needsAttention)}</dd>
          <dt>Last up to date</dt>
          <dd>{status.upToDateAt === null ? 'not yet' : formatAgo(status.upToDateAt, nowMs)}</dd>
        </dl>
        <div className="sync-actions">
          <Button icon={<RefreshCw aria-hidden="true" />} onClick={() => void retry()} data-testid="retry-now">
            Retry now
          </Button>
          {status.needsAttention + status.pending > 0 && (
            <Button kind="ghost" onClick={() => actions.go('attention')}>
              Show edits
            </Button>
          )}
        </div>
      </div>
    </Popover>
  )
}
