import type { WindowRow } from '../../../core/protocol/query-worker.ts'
import type { ListEntity } from '../../../core/query/spec.ts'
import { type DisplayContext, displayValue, memberName } from '../../data/display.ts'
import { formatAgo, formatDate, formatDay, formatInstant, localDay } from '../../data/format.ts'
import { CodeValue, MemberValue } from '../../data/options.tsx'
import { CompanyMark } from '../../ui/avatar.tsx'
import { MarkDot } from '../../ui/marks.tsx'

const DONE = ['done', 'cancelled']

/** One cell of a list. */
export const Cell = ({
  entity,
  field,
  row,
  context,
}: {
  entity: ListEntity
  field: string
  row: WindowRow
  context: DisplayContext
}) => {
  const value = row.values[field] ?? null
  const words = value === null ? '' : String(value)
  switch (field) {
    case 'company':
      return (
        <>
          <CompanyMark name={words} />
          <span className="truncate cell-title" title={words}>
            {words}
          </span>
          <MarkDot mark={row.mark} />
        </>
      )
    case 'name':
    case 'title':
      return entity === 'contacts' && field === 'title' ? (
        <Text words={words} />
      ) : (
        <>
          <span
            className={`truncate cell-title${DONE.includes(String(row.values['status'])) ? ' cell-done' : ''}`}
            title={words}
          >
            {words}
          </span>
          <MarkDot mark={row.mark} />
        </>
      )
    case 'type':
    case 'status':
    case 'priority':
      return words && <CodeValue column={field} code={words} label={displayValue(entity, field, value, context)} />
    case 'assigned_to':
      return words ? (
        <MemberValue id={words} name={memberName(context.byId, words)} />
      ) : (
        <span className="muted">Unassigned</span>
      )
    case 'updated_at':
      return value === null ? (
        <span className="muted">—</span>
      ) : (
        <span className="cell-soft num" title={formatInstant(Number(value))}>
          {formatAgo(Number(value), context.nowMs)}
        </span>
      )
    case 'created_at':
      return value === null ? (
        <span className="muted">—</span>
      ) : (
        <span className="cell-soft num" title={formatInstant(Number(value))}>
          {formatDate(Number(value))}
        </span>
      )
    case 'due_date':
    case 'next_action_date': {
      const overdue = words !== '' && words < localDay(context.nowMs) && !DONE.includes(String(row.values['status']))
      return (
        words && <span className={overdue ? 'num cell-late' : 'num cell-soft'}>{formatDay(words, context.nowMs)}</span>
      )
    }
    case 'deal_value':
      return value === null ? (
        <span className="muted">—</span>
      ) : (
        <span className="num">{displayValue(entity, field, value, context)}</span>
      )
    default:
      return <Text words={words} />
  }
}

const Text = ({ words }: { words: string }) => (
  <span className="truncate cell-soft" title={words}>
    {words}
  </span>
)
