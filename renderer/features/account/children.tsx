import { Check } from 'lucide-react'
import { labelOf } from '../../../core/model/codes.ts'
import type { ShownRecord } from '../../../core/protocol/outbox.ts'
import { memberName } from '../../data/display.ts'
import { patchOf, submitEdits } from '../../data/edits.ts'
import { formatAgo, formatDate, formatDay, formatInstant, formatTime, localDay } from '../../data/format.ts'
import { Avatar } from '../../ui/avatar.tsx'
import { useDisplay } from './use-display.ts'

const words = (record: ShownRecord, column: string): string => {
  const value = record.row[column]
  return value === null || value === undefined ? '' : String(value)
}

/** A contact: name and title, e-mail and phone. */
export const ContactLine = ({ record }: { record: ShownRecord }) => {
  const name = words(record, 'name')
  return (
    <>
      <Avatar name={name} seed={words(record, 'id')} size={28} />
      <div className="child-main">
        <span className="child-title truncate" title={name}>
          {name}
          {words(record, 'title') && <span className="child-aside"> {words(record, 'title')}</span>}
        </span>
        <span className="child-sub truncate">
          {[words(record, 'email'), words(record, 'phone')].filter(Boolean).join(' · ') || 'No e-mail or phone'}
        </span>
      </div>
    </>
  )
}

/** A task: done or not at a click, due day, assignee. */
export const TaskLine = ({ record }: { record: ShownRecord }) => {
  const { nowMs, byId } = useDisplay()
  const status = words(record, 'status')
  const done = status === 'done'
  const over = done || status === 'cancelled'
  const due = words(record, 'due_date')
  const assignee = words(record, 'assigned_to')
  const toggle = (): void => {
    const edit = patchOf('tasks', words(record, 'id'), record.row, { status: done ? 'open' : 'done' })
    if (edit) void submitEdits([edit], done ? 'Task opened again' : 'Task done')
  }
  return (
    <>
      <button
        type="button"
        className={done ? 'round round-on' : 'round'}
        aria-pressed={done}
        aria-label={`Done: ${words(record, 'title')}`}
        onClick={toggle}
      >
        {done && <Check aria-hidden="true" />}
      </button>
      <div className="child-main child-row">
        <span
          className={over ? 'child-title child-over truncate' : 'child-title truncate'}
          title={words(record, 'title')}
        >
          {words(record, 'title')}
        </span>
        {status !== 'open' && status !== 'done' && (
          <span className="child-aside">{labelOf('tasks', 'status', status)}</span>
        )}
      </div>
      {due && (
        <span className={!over && due < localDay(nowMs) ? 'child-when child-late num' : 'child-when num'}>
          {formatDay(due, nowMs)}
        </span>
      )}
      {assignee && (
        <span title={memberName(byId, assignee)}>
          <Avatar name={memberName(byId, assignee)} seed={assignee} />
        </span>
      )}
    </>
  )
}

/** A meeting: when, what, where. */
export const MeetingLine = ({ record }: { record: ShownRecord }) => {
  const starts = Number(record.row['starts_at'])
  const ends = record.row['ends_at']
  return (
    <>
      <span className="calendar" aria-hidden="true">
        <span>{new Intl.DateTimeFormat(undefined, { month: 'short' }).format(starts)}</span>
        <b className="num">{new Date(starts).getDate()}</b>
      </span>
      <div className="child-main">
        <span className="child-title truncate" title={words(record, 'subject')}>
          {words(record, 'subject')}
        </span>
        <span className="child-sub truncate">
          {formatDate(starts)}, {formatTime(starts)}
          {typeof ends === 'number' &&
            ` – ${localDay(ends) === localDay(starts) ? formatTime(ends) : formatInstant(ends)}`}
          {words(record, 'place') && ` · ${words(record, 'place')}`}
        </span>
        {words(record, 'notes') && <p className="child-body">{words(record, 'notes')}</p>}
      </div>
    </>
  )
}

/** A note with its author. */
export const NoteLine = ({ record }: { record: ShownRecord }) => {
  const { nowMs, byId } = useDisplay()
  const author = words(record, 'author')
  const name = author ? memberName(byId, author) : 'Somebody'
  const at = record.row['created_at']
  return (
    <>
      <Avatar name={name} seed={author} size={24} />
      <div className="child-main">
        <span className="child-sub truncate">
          <b>{name}</b> {typeof at === 'number' && <span title={formatInstant(at)}>{formatAgo(at, nowMs)}</span>}
        </span>
        <p className="child-body child-note">{words(record, 'body')}</p>
      </div>
    </>
  )
}
