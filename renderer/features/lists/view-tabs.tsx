import { Bookmark } from 'lucide-react'
import type { View } from '../../data/views.ts'
import './view-tabs.css'

/** The product's own views as tabs, and the saved one that is open. */
export const ViewTabs = ({
  views,
  matching,
  from,
  onChoose,
}: {
  views: readonly View[]
  matching: View | null
  /** The view that the query started from. */
  from: View
  onChoose: (view: View) => void
}) => {
  const saved = views.find((view) => view.owner !== null && view.id === (matching?.id ?? from.id))
  const tabs = [...views.filter((view) => view.owner === null), ...(saved ? [saved] : [])]
  return (
    <nav className="tabs" aria-label="Views">
      {tabs.map((view) => (
        <button
          key={view.id}
          type="button"
          className={view.id === from.id && matching?.id !== view.id && matching === null ? 'tab tab-from' : 'tab'}
          aria-current={view.id === matching?.id ? 'page' : undefined}
          data-testid={`view-${view.owner === null ? view.id.split('-')[0] : 'saved'}`}
          onClick={() => onChoose(view)}
        >
          {view.owner !== null && <Bookmark aria-hidden="true" />}
          {view.name}
        </button>
      ))}
    </nav>
  )
}
