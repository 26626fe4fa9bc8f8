import type { ReactNode } from 'react'
import './empty.css'

/** What a page shows in place of content: what is (not) there, and what to do about it. */
export const Empty = ({
  icon,
  title,
  children,
  actions,
}: {
  icon: ReactNode
  title: string
  children?: ReactNode
  actions?: ReactNode
}) => (
  <div className="empty" role="status">
    <span className="empty-icon" aria-hidden="true">
      {icon}
    </span>
    <p className="empty-title">{title}</p>
    {children && <div className="empty-text">{children}</div>}
    {actions && <div className="empty-actions">{actions}</div>}
  </div>
)

/** A thin bar of progress from 0 to 1; null = it is not known how far. */
export const Progress = ({ value, label }: { value: number | null; label: string }) => (
  <div
    className={value === null ? 'progress progress-unknown' : 'progress'}
    role="progressbar"
    aria-label={label}
    aria-valuemin={0}
    aria-valuemax={100}
    {...(value === null ? {} : { 'aria-valuenow': Math.round(value * 100) })}
  >
    <span style={{ transform: `scaleX(${value ?? 0.3})` }} />
  </div>
)
