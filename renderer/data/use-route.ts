import { useSyncExternalStore } from 'react'
import { formatRoute, parseRoute, type Route } from './route.ts'

const subscribe = (listener: () => void): (() => void) => {
  window.addEventListener('hashchange', listener)
  return () => window.removeEventListener('hashchange', listener)
}

/** The route of the window, kept in its location hash so that back and forward work. */
export const useRoute = (): Route =>
  parseRoute(
    useSyncExternalStore(
      subscribe,
      () => window.location.hash,
      () => '',
    ),
  )

/** Goes to a route. `replace` leaves no trace in the history (moving from one open account to the next). */
export const navigate = (route: Route, replace = false): void => {
  const hash = formatRoute(route)
  if (hash === window.location.hash) return
  if (replace) {
    window.history.replaceState(null, '', hash)
    window.dispatchEvent(new HashChangeEvent('hashchange'))
  } else window.location.hash = hash
}
