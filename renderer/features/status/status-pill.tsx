import { CircleAlert, FileText, List, LogIn, RefreshCw } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { type Actions, useActions } from '../../data/actions.tsx'
import { call } from '../../data/api.ts'
import { formatAgo, formatCount } from '../../data/format.ts'
import { useStatus } from '../../data/status-store.ts'
import { useNow } from '../../data/use-now.ts'
import { Button } from '../../ui/button.tsx'
import { Progress } from '../../ui/empty.tsx'
import { Popover } from '../../ui/popover.tsx'
import { notifyError } from '../../ui/toast.tsx'
import { type PillAction, pillOf } from './pill.ts'
import './status-pill.css'

const retry = async (): Promise<void> => {
  const result = await call('sync.wake', {})
  if (!result.ok) notifyError('Could not retry', result.error)
}

const showLog = async (): Promise<void> => {
  const result = await call('app.showLog', {})
  if (!result.ok) notifyError('Could not show the log', result.error)
}

interface Deed {
  readonly label: string
  readonly icon: ReactNode
  run(actions: Actions): void
}

const DEEDS: Readonly<Record<PillAction, Deed>> = {
  retry: { label: 'Try now', icon: <RefreshCw aria-hidden="true" />, run: () => void retry() },
  'sign-in': { label: 'Sign in', icon: <LogIn aria-hidden="true" />, run: (actions) => actions.signIn() },
  attention: {
    label: 'Show what needs attention',
    icon: <CircleAlert aria-hidden="true" />,
    run: (actions) => actions.go('attention'),
  },
  edits: { label: 'Show edits', icon: <List aria-hidden="true" />, run: (actions) => actions.go('attention') },
  log: { label: 'Show the log', icon: <FileText aria-hidden="true" />, run: () => void showLog() },
}
/** After these the popover has served its purpose. */
const LEAVES: readonly PillAction[] = ['sign-in', 'attention', 'edits']

/** The state of synchronization in a few words; more on a click. */
export const StatusPill = () => {
  const status = useStatus()
  const actions = useActions()
  const nowMs = useNow(15_000)
  const pill = pillOf(status)
  const [open, setOpen] = useState(false)
  const urgent = pill.tone === 'warn' || pill.tone === 'bad'
  return (
    <Popover
      label="Synchronization"
      open={open}
      onOpenChange={setOpen}
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
        <div className="sync-actions" hidden={pill.actions.length === 0}>
          {pill.actions.map((action, index) => (
            <Button
              key={action}
              kind={index > 0 ? 'ghost' : urgent ? 'primary' : 'plain'}
              icon={DEEDS[action].icon}
              data-testid={`pill-${action}`}
              onClick={() => {
                if (LEAVES.includes(action)) setOpen(false)
                DEEDS[action].run(actions)
              }}
            >
              {DEEDS[action].label}
            </Button>
          ))}
        </div>
      </div>
    </Popover>
  )
}
