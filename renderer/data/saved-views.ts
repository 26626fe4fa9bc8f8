import { useMemo } from 'react'
import { useCall } from './use-call.ts'
import { useEvent } from './use-event.ts'
import { savedViews, type View } from './views.ts'

/** The saved views that this member may see, by name; follows changes. */
export const useSavedViews = (): readonly View[] => {
  const { value, reload } = useCall('views.list', {})
  useEvent('records', ({ changes }) => {
    if (changes.some((change) => change.entity === 'saved_views')) reload()
  })
  return useMemo(() => savedViews(value ?? []), [value])
}
