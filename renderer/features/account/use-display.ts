import { useMemo } from 'react'
import type { DisplayContext } from '../../data/display.ts'
import { useNow } from '../../data/use-now.ts'
import { useWorkspace } from '../../data/workspace.tsx'

/** What turning this workspace's values into words needs. */
export const useDisplay = (): DisplayContext => {
  const { session, byId } = useWorkspace()
  const nowMs = useNow(60_000)
  return useMemo(() => ({ currency: session.workspace.currency, byId, nowMs }), [session, byId, nowMs])
}
