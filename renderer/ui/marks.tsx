import type { Mark } from '../../core/protocol/outbox.ts'
import './marks.css'

const WORDS: Readonly<Record<Mark, string>> = {
  pending: 'Waiting to be sent',
  refused: 'The server refused this change: see Needs attention',
  removed: 'Removed elsewhere: see Needs attention',
}

/** The dot of a record that differs from the server. Takes its room even without a mark, so that text lines up. */
export const MarkDot = ({ mark }: { mark: Mark | null }) =>
  mark ? (
    <span className={`mark mark-${mark}`} role="img" aria-label={WORDS[mark]} title={WORDS[mark]} data-mark={mark} />
  ) : (
    <span className="mark" aria-hidden="true" />
  )

/** The mark in words, for headers. */
export const MarkBadge = ({ mark }: { mark: Mark | null }) =>
  mark && (
    <span className={`mark-badge mark-badge-${mark}`} title={WORDS[mark]} data-mark={mark}>
      <span className={`mark mark-${mark}`} aria-hidden="true" />
      {mark === 'pending' ? 'Not sent yet' : mark === 'refused' ? 'Refused' : 'Removed elsewhere'}
    </span>
  )
