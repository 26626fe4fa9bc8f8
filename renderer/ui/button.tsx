import type { ComponentProps, ReactNode } from 'react'
import './button.css'

type Kind = 'plain' | 'primary' | 'danger' | 'ghost'

/** A push button; `plain` has an outline, `ghost` has none until it is pointed at. */
export const Button = ({
  kind = 'plain',
  icon,
  className = '',
  children,
  ...rest
}: ComponentProps<'button'> & { kind?: Kind; icon?: ReactNode }) => (
  <button type="button" className={`btn btn-${kind} ${className}`} {...rest}>
    {icon}
    {children !== undefined && <span className="btn-label">{children}</span>}
  </button>
)

/** A square button of one icon; `label` names it for screen readers and as its tooltip. */
export const IconButton = ({
  label,
  className = '',
  children,
  ...rest
}: Omit<ComponentProps<'button'>, 'aria-label' | 'title'> & { label: string }) => (
  <button type="button" className={`icon-btn ${className}`} aria-label={label} title={label} {...rest}>
    {children}
  </button>
)
