import { useEffect, useRef } from 'react'
import { CHILD_ENTITIES } from '../../../core/model/entities.ts'
import type { AccountDetail } from '../../../core/protocol/window-api.ts'
import { type CallState, useCall } from '../../data/use-call.ts'
import { useEvent } from '../../data/use-event.ts'

const RELOAD_MS = 150

/** An account with what hangs on it, read when opened and again after changes that may touch it. */
export const useAccount = (id: string): CallState<AccountDetail> => {
  const detail = useCall('account.detail', { id })
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null)
  useEvent('records', ({ changes }) => {
    const touches = changes.some(
      ({ entity, ids }) =>
        (CHILD_ENTITIES as readonly string[]).includes(entity) ||
        (entity === 'accounts' && (ids === null || ids.includes(id))),
    )
    if (!touches || timer.current !== null) return
    timer.current = setTimeout(() => {
      timer.current = null
      detail.reload()
    }, RELOAD_MS)
  })
  useEffect(
    () => () => {
      if (timer.current !== null) clearTimeout(timer.current)
    },
    [],
  )
  return detail
}
