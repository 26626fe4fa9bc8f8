import { createContext, use } from 'react'
import type { Member, Session } from '../../core/protocol/window-api.ts'

/** Who works where: the session and the members of its workspace. */
export interface Workspace {
  readonly session: Session
  readonly members: readonly Member[]
  readonly byId: ReadonlyMap<string, Member>
}

const WorkspaceContext = createContext<Workspace | null>(null)

export const WorkspaceProvider = WorkspaceContext.Provider

export const useWorkspace = (): Workspace => {
  const workspace = use(WorkspaceContext)
  if (!workspace) throw new Error('useWorkspace needs a WorkspaceProvider')
  return workspace
}
