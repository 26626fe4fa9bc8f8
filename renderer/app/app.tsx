import { CloudOff } from 'lucide-react'
import { useEffect, useMemo, useRef } from 'react'
import { ListsProvider } from '../data/lists.tsx'
import type { QueryClient } from '../data/query-client.ts'
import { QueryProvider } from '../data/query-context.tsx'
import { followStatus } from '../data/status-store.ts'
import { useCall } from '../data/use-call.ts'
import { useDark } from '../data/use-dark.ts'
import { useEvent } from '../data/use-event.ts'
import { WorkspaceProvider } from '../data/workspace.tsx'
import { Button } from '../ui/button.tsx'
import { Empty, Progress } from '../ui/empty.tsx'
import { Toaster } from '../ui/toast.tsx'
import { Logo } from './logo.tsx'
import { Shell } from './shell.tsx'
import './app.css'

/** The whole app: waits until it is known who works where, then shows the shell. */
export const App = ({ queries }: { queries: QueryClient }) => {
  const session = useCall('session.get', {})
  const members = useCall('members.list', {})
  const dark = useDark()
  useEffect(followStatus, [])
  const lastState = useRef('')
  useEvent('status', ({ state }) => {
    const arrived = state === 'up_to_date' && lastState.current !== state
    lastState.current = state
    if (!session.value || arrived) session.reload()
    if (!members.value?.length || arrived) members.reload()
  })
  useEvent('records', ({ changes }) => {
    if (changes.some((change) => change.entity === 'workspace_members')) members.reload()
    if (changes.some((change) => change.entity === 'workspaces')) session.reload()
  })
  const workspace = useMemo(
    () =>
      session.value && {
        session: session.value,
        members: members.value ?? [],
        byId: new Map((members.value ?? []).map((member) => [member.id, member])),
      },
    [session.value, members.value],
  )
  return (
    <>
      {workspace ? (
        <QueryProvider value={queries}>
          <WorkspaceProvider value={workspace}>
            <ListsProvider key={workspace.session.member.id} me={workspace.session.member.id}>
              <Shell />
            </ListsProvider>
          </WorkspaceProvider>
        </QueryProvider>
      ) : (
        <main className="first-run" data-testid="first-run">
          {session.error ? (
            <Empty
              icon={<CloudOff />}
              title="Not connected yet"
              actions={<Button onClick={session.reload}>Try again</Button>}
            >
              {session.error.message}
            </Empty>
          ) : (
            <div className="splash">
              <Logo size={44} />
              <Progress value={null} label="Opening the workspace" />
            </div>
          )}
        </main>
      )}
      <Toaster dark={dark} />
    </>
  )
}
