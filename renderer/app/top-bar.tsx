import { Search, X } from 'lucide-react'
import type { ReactNode, RefObject } from 'react'
import type { ListEntity } from '../../core/query/spec.ts'
import { useLists } from '../data/lists.tsx'
import { Kbd } from '../ui/kbd.tsx'
import './top-bar.css'

/** Search in the current list as one types, and the state of synchronization. */
export const TopBar = ({
  entity,
  searchRef,
  onLeave,
  onUse,
  status,
}: {
  entity: ListEntity
  searchRef: RefObject<HTMLInputElement | null>
  /** The person is done with the field: the list gets the keyboard. */
  onLeave: () => void
  /** The person searches: the list must be in sight. */
  onUse: () => void
  status: ReactNode
}) => {
  const { lists, dispatch } = useLists()
  const text = lists[entity].query.search
  const setText = (next: string): void => dispatch({ t: 'query', entity, action: { t: 'search', text: next } })
  return (
    <header className="top-bar">
      <div className="search">
        <Search aria-hidden="true" />
        <input
          ref={searchRef}
          type="search"
          aria-label={`Search ${entity}`}
          placeholder={`Search ${entity}`}
          data-testid="search"
          spellCheck={false}
          maxLength={200}
          value={text}
          onChange={(event) => {
            setText(event.target.value)
            onUse()
          }}
          onKeyDown={(event) => {
            if (event.key === 'Escape') {
              if (text) setText('')
              else onLeave()
            } else if (event.key === 'Enter' || event.key === 'ArrowDown') onLeave()
            else return
            event.preventDefault()
            event.stopPropagation()
          }}
        />
        {text ? (
          <button type="button" className="search-clear" aria-label="Clear the search" onClick={() => setText('')}>
            <X aria-hidden="true" />
          </button>
        ) : (
          <Kbd keys="/" />
        )}
      </div>
      {status}
    </header>
  )
}
