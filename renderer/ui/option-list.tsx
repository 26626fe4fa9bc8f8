import { Check, Search } from 'lucide-react'
import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from 'react'
import { fold } from '../../core/query/sort-key.ts'
import { focusOnMount } from './focus.ts'
import './option-list.css'

export interface Option {
  readonly value: string
  readonly label: string
  /** How the option looks; the label where it is absent. */
  readonly content?: ReactNode
  /** A number beside it. */
  readonly count?: string
}

interface OptionListProps {
  readonly label: string
  readonly options: readonly Option[]
  readonly chosen: readonly string[]
  readonly multiple: boolean
  readonly onChoose: (value: string) => void
  readonly footer?: ReactNode
  /** With this, typing asks elsewhere for options instead of filtering the given ones. */
  readonly onType?: (text: string) => void
  readonly placeholder?: string
}

/** A listbox with a filter field over it (for more than seven options): type, arrows, Enter. */
export const OptionList = (props: OptionListProps) => {
  const { label, options, chosen, multiple, onChoose, footer, onType } = props
  const [text, setText] = useState('')
  const [active, setActive] = useState(() =>
    Math.max(
      0,
      options.findIndex((option) => chosen.includes(option.value)),
    ),
  )
  const listId = useId()
  const list = useRef<HTMLDivElement>(null)
  const filterable = onType !== undefined || options.length > 7
  const wanted = fold(text.trim())
  const shown = onType || !wanted ? options : options.filter((option) => fold(option.label).includes(wanted))
  const at = Math.min(active, shown.length - 1)

  const move = (to: number): void => {
    const next = Math.max(0, Math.min(to, shown.length - 1))
    setActive(next)
    list.current?.children[next]?.scrollIntoView({ block: 'nearest' })
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const option = shown[at]
    if (event.key === 'ArrowDown') move(at + 1)
    else if (event.key === 'ArrowUp') move(at - 1)
    else if (event.key === 'Home' && !filterable) move(0)
    else if (event.key === 'End' && !filterable) move(shown.length - 1)
    else if ((event.key === 'Enter' || (event.key === ' ' && !filterable)) && option) onChoose(option.value)
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  return (
    <div className="options">
      {filterable && (
        <div className="options-search">
          <Search aria-hidden="true" />
          <input
            ref={focusOnMount}
            role="combobox"
            aria-expanded="true"
            aria-controls={listId}
            aria-activedescendant={shown[at] ? `${listId}-${at}` : undefined}
            aria-label={`Filter ${label}`}
            placeholder={props.placeholder ?? 'Filter…'}
            value={text}
            onKeyDown={onKeyDown}
            onChange={(event) => {
              setText(event.target.value)
              setActive(0)
              onType?.(event.target.value)
            }}
          />
        </div>
      )}
      <div
        ref={list}
        id={listId}
        className="options-list"
        role="listbox"
        aria-label={label}
        aria-multiselectable={multiple}
        tabIndex={filterable ? -1 : 0}
        {...(filterable ? {} : { onKeyDown, autoFocus: true })}
        {...(!filterable && shown[at] ? { 'aria-activedescendant': `${listId}-${at}` } : {})}
      >
        {shown.map((option, index) => {
          const on = chosen.includes(option.value)
          return (
            <div
              key={option.value}
              id={`${listId}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={on}
              className={index === at ? 'option option-active' : 'option'}
              onPointerMove={() => setActive(index)}
              onClick={() => onChoose(option.value)}
            >
              {multiple ? (
                <span className={on ? 'tick tick-on' : 'tick'} aria-hidden="true">
                  {on && <Check />}
                </span>
              ) : null}
              <span className="option-label truncate" title={option.label}>
                {option.content ?? option.label}
              </span>
              {option.count !== undefined && <span className="option-count num">{option.count}</span>}
              {!multiple && on && <Check className="option-check" aria-hidden="true" />}
            </div>
          )
        })}
        {shown.length === 0 && <div className="options-none">Nothing found</div>}
      </div>
      {footer && <div className="options-foot">{footer}</div>}
    </div>
  )
}
