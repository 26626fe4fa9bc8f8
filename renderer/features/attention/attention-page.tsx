import { CircleCheck, Lock, ReceiptText } from 'lucide-react'
import { useMemo } from 'react'
import type { OutboxEntry } from '../../../core/protocol/outbox.ts'
import { useActions } from '../../data/actions.tsx'
import type { DisplayContext } from '../../data/display.ts'
import { formatAgo, formatCount, plural } from '../../data/format.ts'
import { useStatus } from '../../data/status-store.ts'
import { useCall } from '../../data/use-call.ts'
import { useEvent } from '../../data/use-event.ts'
import { useNow } from '../../data/use-now.ts'
import { useWorkspace } from '../../data/workspace.tsx'
import { Button } from '../../ui/button.tsx'
import { Empty } from '../../ui/empty.tsx'
import { AttentionItem } from './attention-item.tsx'
import { deedOf } from './refusal.ts'
import './attention.css'

const SHOWN_WAITING = 100

/** Edits that the server refused, each with its ways out; below, those that wait to be sent. */
export const AttentionPage = () => {
  const { session, byId } = useWorkspace()
  const actions = useActions()
  const { state, pending, needsAttention } = useStatus()
  const sealed = state === 'no_access' ? pending + needsAttention : 0
  const outbox = useCall('outbox.list', {})
  const nowMs = useNow(30_000)
  useEvent('outbox', outbox.reload)
  const context: DisplayContext = { currency: session.workspace.currency, byId, nowMs }
  const entries = outbox.value
  const byEdit = useMemo(() => new Map((entries ?? []).map((entry) => [entry.edit.id, entry])), [entries])
  if (!entries)
    return (
      <div className="page-scroll">
        <div className="page-column">
          {outbox.error && (
            <p className="list-error" role="alert">
              {outbox.error.message}
            </p>
          )}
        </div>
      </div>
    )
  const refused = entries.filter((entry) => entry.state === 'refused')
  const waiting = entries.filter((entry) => entry.state === 'queued' || entry.state === 'sending')
  return (
    <div className="page-scroll">
      <div className="page-column">
        <h1 className="page-title">Needs attention</h1>
        <p className="page-lead">
          {refused.length > 0
            ? `${plural(refused.length, 'edit')} could not be applied. Nothing of it is lost: send it again, changed or not, or give it up.`
            : 'Edits that the server could not apply appear here with the reason.'}
        </p>
        {sealed > 0 && (
          <Empty icon={<Lock />} title={`${plural(sealed, 'edit')} sealed`}>
            You have no access to this workspace now. What you changed is kept, and shown again when the access is back.
          </Empty>
        )}
        {refused.length === 0 && waiting.length === 0 && sealed === 0 && (
          <Empty icon={<CircleCheck />} title="Nothing needs you">
            Every edit is on the server.
          </Empty>
        )}
        <ul className="attention-list">
          {refused.map((entry) => (
            <AttentionItem
              key={entry.edit.id}
              entry={entry}
              followers={entry.blocks.flatMap((id) => byEdit.get(id) ?? [])}
              context={context}
              onResolved={outbox.reload}
            />
          ))}
        </ul>
        {waiting.length > 0 && <Waiting entries={waiting} nowMs={nowMs} />}
        <p className="attention-receipts">
          <Button kind="ghost" icon={<ReceiptText aria-hidden="true" />} onClick={() => actions.go('receipts')}>
            Sent in the last 30 days
          </Button>
        </p>
      </div>
    </div>
  )
}

const Waiting = ({ entries, nowMs }: { entries: readonly OutboxEntry[]; nowMs: number }) => (
  <section aria-label="Waiting to be sent">
    <h2 className="attention-section">
      Waiting to be sent <span className="muted num">{formatCount(entries.length)}</span>
    </h2>
    <ul className="waiting">
      {entries.slice(0, SHOWN_WAITING).map((entry) => (
        <li key={entry.edit.id} className="waiting-item" data-testid="waiting-item">
          <span className="mark mark-pending" aria-hidden="true" />
          <span className="truncate">
            {deedOf(entry)} “{entry.title}”
          </span>
          <span className="muted waiting-when">
            {entry.attempts > 0 ? `${plural(entry.attempts, 'attempt')}, ` : ''}
            {formatAgo(entry.madeAt, nowMs)}
          </span>
        </li>
      ))}
      {entries.length > SHOWN_WAITING && (
        <li className="waiting-item muted">and {formatCount(entries.length - SHOWN_WAITING)} more</li>
      )}
    </ul>
  </section>
)
