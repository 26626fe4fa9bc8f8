import { useEffect, useEffectEvent } from 'react'
import type { EventName, Events } from '../../core/protocol/window-api.ts'
import { listen } from './api.ts'

/** Runs the newest `handler` for each event while the component is mounted. */
export const useEvent = <E extends EventName>(event: E, handler: (payload: Events[E]) => void): void => {
  const onEvent = useEffectEvent(handler)
  useEffect(() => listen(event, (payload) => onEvent(payload)), [event])
}
