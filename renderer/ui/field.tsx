import type { ReactNode } from 'react'
import './field.css'

/** A labelled form field with its problem beneath. `children` gets the ids that tie them together. */
export const FormField = ({
  id,
  label,
  required,
  problem,
  wide,
  children,
}: {
  id: string
  label: string
  required: boolean
  problem: string | null
  wide: boolean
  children: ReactNode
}) => (
  <div className={wide ? 'field field-wide' : 'field'} data-field={id}>
    <label className="field-label" htmlFor={id}>
      {label}
      {required && (
        <span className="field-required" aria-hidden="true">
          *
        </span>
      )}
    </label>
    {children}
    {problem && (
      <p className="field-problem" id={`${id}-problem`} role="alert">
        {problem}
      </p>
    )}
  </div>
)
