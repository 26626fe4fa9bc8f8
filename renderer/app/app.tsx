import { CloudOff, LogIn } from 'lucide-react'
import { useEffect, useMemo, useRef, useState } from 'react'
import { ListsProvider } from '../data/lists.tsx'
import type { QueryClient } from '../data/query-client.ts'
import { QueryProvider } from '../data/query-context.tsx'
import { followStatus } from '../data/status-store.ts'
import { useCall } from '../data/use-call.ts'
import { useDark } from '../data/use-dark.ts'
import { useEvent } from '../data/use-event.ts'
import { WorkspaceProvider } from '../data/workspace.tsx'
import { SignInDialog } from '../features/session/sign-in-dialog.tsx'
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
  const [signingIn, setSigningIn] = useState(false)
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
          {session.error?.code === 'signed_out' || session.error?.code === 'no_access' ? (
            <Empty
              icon={<LogIn />}
              title={session.error.code === 'no_access' ? 'No access' : 'Sign in to begin'}
              actions={
                <>
                  <Button kind="primary" onClick={() => setSigningIn(true)} data-testid="sign-in">
                    Sign in
                  </Button>
                  <Button onClick={session.reload}>Try again</Button>
                </>
              }
            >
              {session.error.code === 'no_access'
                ? session.error.message
                : 'Your workspace is then brought to this computer, and works without a connection from there on.'}
            </Empty>
          ) : session.error ? (
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
      {signingIn && (
        <SignInDialog
          onClose={() => {
            setSigningIn(false)
            session.reload()
          }}
        />
      )}
      <Toaster dark={dark} />
    </>
  )
}
