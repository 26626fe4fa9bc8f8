import { Download, ReceiptText } from 'lucide-react'
import { useState } from 'react'
import { ENTITIES } from '../../../core/model/entities.ts'
import type { Receipt } from '../../../core/protocol/outbox.ts'
import { call } from '../../data/api.ts'
import { formatInstant, plural } from '../../data/format.ts'
import { useCall } from '../../data/use-call.ts'
import { useEvent } from '../../data/use-event.ts'
import { Button } from '../../ui/button.tsx'
import { Empty } from '../../ui/empty.tsx'
import { notify, notifyError } from '../../ui/toast.tsx'
import './receipts.css'

const DEEDS: Readonly<Record<Receipt['op'], string>> = {
  create: 'Created',
  patch: 'Changed',
  delete: 'Deleted',
  restore: 'Brought back',
}
const MOST_FIELDS = 3

const deedOf = ({ op, entity, fields }: Receipt): string => {
  const what = `${DEEDS[op]} the ${ENTITIES[entity].label.toLowerCase()}`
  if (op !== 'patch') return what
  const names = fields.map((field) => ENTITIES[entity].fields[field]?.label ?? field)
  const more = names.length - MOST_FIELDS
  return `${what}: ${names.slice(0, MOST_FIELDS).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

const save = async (): Promise<void> => {
  const result = await call('receipts.save', {})
  if (!result.ok) notifyError('Could not export', result.error)
  else if (result.value) notify(`${plural(result.value.count, 'receipt')} exported`)
}

/** The edits that the server accepted in the last 30 days, with the transaction that each is in. */
export const ReceiptsPage = () => {
  const newest = useCall('receipts.list', {})
  const [older, setOlder] = useState<readonly Receipt[]>([])
  useEvent('outbox', newest.reload)
  const first = newest.value?.receipts ?? []
  const end = first.at(-1)?.seq ?? 0
  const receipts = [...first, ...older.filter(({ seq }) => seq < end)]
  const total = newest.value?.total ?? 0
  const loadMore = async (): Promise<void> => {
    const result = await call('receipts.list', { before: receipts.at(-1)?.seq ?? null })
    if (!result.ok) return notifyError('Could not read the receipts', result.error)
    setOlder([...older, ...result.value.receipts])
  }
  return (
    <div className="page-scroll">
      <div className="page-column">
        <header className="receipts-head">
          <div>
            <h1 className="page-title">Sent edits</h1>
            <p className="page-lead">
              What the server accepted from this computer in the last 30 days, with the transaction that holds it.
            </p>
          </div>
          {total > 0 && (
            <Button icon={<Download aria-hidden="true" />} onClick={() => void save()} data-testid="receipts-export">
              Export…
            </Button>
          )}
        </header>
        {newest.error && (
          <p className="list-error" role="alert">
            {newest.error.message}
          </p>
        )}
        {newest.value && total === 0 && (
          <Empty icon={<ReceiptText />} title="No receipts yet">
            Each edit that the server accepts is listed here for 30 days.
          </Empty>
        )}
        {total > 0 && (
          <table className="receipts" data-testid="receipts" data-total={total}>
            <thead>
              <tr>
                <th>Edit</th>
                <th>Made</th>
                <th>Accepted</th>
                <th className="receipts-end">Transaction</th>
              </tr>
            </thead>
            <tbody>
              {receipts.map((receipt) => (
                <tr key={receipt.id} data-testid="receipt" data-id={receipt.id}>
                  <td>
                    <span className="receipts-title truncate" title={receipt.title}>
                      {receipt.title}
                    </span>
                    <span className="muted truncate" title={deedOf(receipt)}>
                      {deedOf(receipt)}
                    </span>
                  </td>
                  <td className="num">{formatInstant(receipt.madeAt)}</td>
                  <td className="num">{formatInstant(receipt.acceptedAt)}</td>
                  <td className="num receipts-end" title={`Edit ${receipt.id}, version ${receipt.version}`}>
                    {receipt.txid}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {receipts.length < total && (
          <p className="receipts-more">
            <Button onClick={() => void loadMore()}>Show more</Button>
          </p>
        )}
      </div>
    </div>
  )
}
