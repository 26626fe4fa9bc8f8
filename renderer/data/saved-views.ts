import { useEffect, useMemo } from 'react'
import { useStatus } from './status-store.ts'
import { useCall } from './use-call.ts'
import { useEvent } from './use-event.ts'
import { savedViews, type View } from './views.ts'

/** The saved views that this member may see, by name; follows changes, and is read again after a first load. */
export const useSavedViews = (): readonly View[] => {
  const { value, reload } = useCall('views.list', {})
  const { state } = useStatus()
  useEffect(() => {
    if (state === 'up_to_date') reload()
  }, [state, reload])
  useEvent('records', ({ changes }) => {
    if (changes.some((change) => change.entity === 'saved_views')) reload()
  })
  return useMemo(() => savedViews(value ?? []), [value])
}
