import { useSyncExternalStore } from 'react'
import type { SyncStatus } from '../../core/protocol/status.ts'
import { call, listen } from './api.ts'

const STARTING: SyncStatus = {
  state: 'starting',
  received: 0,
  expected: 0,
  offlineSince: null,
  upToDateAt: null,
  pending: 0,
  needsAttention: 0,
  detail: null,
}

let status = STARTING
const listeners = new Set<() => void>()

const publish = (next: SyncStatus): void => {
  status = next
  for (const listener of listeners) listener()
}

/** Starts following the sync status; answers what stops it. Called once by the app. */
export const followStatus = (): (() => void) => {
  let told = false
  const stops = [
    listen('status', (next) => {
      told = true
      publish(next)
    }),
    listen('outbox', (counts) => publish({ ...status, ...counts })),
  ]
  void call('status.get', {}).then((result) => {
    if (result.ok && !told) publish(result.value)
  })
  return () => {
    for (const stop of stops) stop()
  }
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** What `pick` takes of the sync status; the component is drawn again when that changed, not with every commit. */
export const useStatusOf = <T extends string | number | boolean | null>(pick: (status: SyncStatus) => T): T =>
  useSyncExternalStore(subscribe, () => pick(status))

/** The sync status as the sync process last told it. */
export const useStatus = (): SyncStatus => useSyncExternalStore(subscribe, () => status)
