import { useSyncExternalStore } from 'react'
import { formatRoute, parseRoute, type Route } from './route.ts'

const listeners = new Set<() => void>()

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener)
  window.addEventListener('popstate', listener)
  return () => {
    listeners.delete(listener)
    window.removeEventListener('popstate', listener)
  }
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

/** Goes to a route, at once. `replace` leaves no trace in the history (moving from one open account to the next). */
export const navigate = (route: Route, replace = false): void => {
  const hash = formatRoute(route)
  if (hash === window.location.hash) return
  if (replace) window.history.replaceState(null, '', hash)
  else window.history.pushState(null, '', hash)
  for (const listener of listeners) listener()
}
