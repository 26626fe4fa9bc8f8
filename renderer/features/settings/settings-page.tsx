import { FileText, LogIn, LogOut, ReceiptText, Trash2 } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { ROLES } from '../../../core/model/codes.ts'
import { useActions } from '../../data/actions.tsx'
import { call } from '../../data/api.ts'
import { formatBytes, formatCount } from '../../data/format.ts'
import { useQueries } from '../../data/query-context.tsx'
import { useStatus } from '../../data/status-store.ts'
import { chooseTheme, chosenTheme, type Theme } from '../../data/theme.ts'
import { useCall } from '../../data/use-call.ts'
import { useWorkspace } from '../../data/workspace.tsx'
import { Avatar } from '../../ui/avatar.tsx'
import { Button } from '../../ui/button.tsx'
import { Kbd } from '../../ui/kbd.tsx'
import { Segmented } from '../../ui/segmented.tsx'
import { notifyError } from '../../ui/toast.tsx'
import { RemoveDataDialog, SignOutDialog } from './leave-dialogs.tsx'
import { SHORTCUTS } from './shortcuts.ts'
import { useMemoryUse } from './use-memory-use.ts'
import { VerifyLine } from './verify-line.tsx'
import './settings.css'

const THEMES: readonly { value: Theme; label: string }[] = [
  { value: 'system', label: 'As the system' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
]

const Group = ({ title, children }: { title: string; children: ReactNode }) => (
  <section className="settings-group" aria-label={title}>
    <h2>{title}</h2>
    <div className="settings-card">{children}</div>
  </section>
)

const Line = ({ label, children, testId }: { label: string; children: ReactNode; testId?: string }) => (
  <div className="settings-line">
    <span className="settings-label">{label}</span>
    <span className="settings-value" data-testid={testId}>
      {children}
    </span>
  </div>
)

const showLog = async (): Promise<void> => {
  const result = await call('app.showLog', {})
  if (!result.ok) notifyError('Could not show the log', result.error)
}

const Unsent = () => {
  const { pending, needsAttention } = useStatus()
  const actions = useActions()
  const parts = [
    pending > 0 && `${formatCount(pending)} not sent yet`,
    needsAttention > 0 && `${formatCount(needsAttention)} ${needsAttention === 1 ? 'needs' : 'need'} attention`,
  ].filter((part) => part !== false)
  if (parts.length === 0) return 'None'
  return (
    <>
      {parts.join(', ')}
      <Button onClick={() => actions.go('attention')}>Show</Button>
    </>
  )
}

/** Who works here, with what, and how it looks. */
export const SettingsPage = () => {
  const { session } = useWorkspace()
  const actions = useActions()
  const { state } = useStatus()
  const [asking, setAsking] = useState<'sign-out' | 'remove' | null>(null)
  const { value: info, error } = useCall('app.info', {})
  const [theme, setTheme] = useState(chosenTheme)
  const memory = useMemoryUse(useQueries())
  const role = ROLES.find((one) => one.code === session.member.role)?.label ?? session.member.role
  return (
    <div className="page-scroll">
      <div className="page-column settings" data-testid="settings">
        <h1 className="page-title">Settings</h1>
        <Group title="You">
          <div className="settings-me">
            <Avatar name={session.member.name} seed={session.member.id} size={28} />
            <div>
              <b data-testid="settings-name">{session.member.name}</b>
              <p className="muted">{session.member.email}</p>
            </div>
            <span className="settings-role" data-testid="settings-role">
              {role}
            </span>
            {state === 'signed_out' ? (
              <Button
                kind="primary"
                icon={<LogIn aria-hidden="true" />}
                onClick={actions.signIn}
                data-testid="settings-sign-in"
              >
                Sign in
              </Button>
            ) : (
              <Button
                icon={<LogOut aria-hidden="true" />}
                onClick={() => setAsking('sign-out')}
                data-testid="settings-sign-out"
              >
                Sign out…
              </Button>
            )}
          </div>
        </Group>
        <Group title="Your data">
          <Line label="Compared with the server">
            <VerifyLine />
          </Line>
          <Line label="Edits not on the server" testId="settings-unsent">
            <Unsent />
          </Line>
          <Line label="Sent in the last 30 days">
            <Button
              icon={<ReceiptText aria-hidden="true" />}
              onClick={() => actions.go('receipts')}
              data-testid="settings-receipts"
            >
              Show receipts
            </Button>
          </Line>
          <Line label="On this computer">
            <Button
              icon={<Trash2 aria-hidden="true" />}
              onClick={() => setAsking('remove')}
              data-testid="settings-remove-data"
            >
              Remove the data…
            </Button>
          </Line>
        </Group>
        <Group title="Appearance">
          <Line label="Theme">
            <Segmented
              label="Theme"
              options={THEMES}
              value={theme}
              onChange={(next) => {
                chooseTheme(next)
                setTheme(next)
              }}
            />
          </Line>
        </Group>
        <Group title="Workspace">
          <Line label="Name">{session.workspace.name}</Line>
          <Line label="Currency">{session.workspace.currency}</Line>
          <Line label="Time zone">{session.workspace.timeZone}</Line>
          <Line label="Gateway" testId="settings-gateway">
            <span className="mono">{session.gateway}</span>
          </Line>
        </Group>
        <Group title="This computer">
          {error && <p className="list-error">{error.message}</p>}
          <Line label="Version" testId="settings-version">
            {info?.version}
          </Line>
          <Line label="Runs on">{info && `${info.host}, ${info.platform}`}</Line>
          <Line label="Data folder" testId="settings-data">
            <span className="mono">{session.dataDir}</span>
          </Line>
          <Line label="Log" testId="settings-log">
            <span className="mono">{info?.logPath}</span>
            <Button icon={<FileText aria-hidden="true" />} onClick={() => void showLog()}>
              Show
            </Button>
          </Line>
          <Line label="In memory for lists" testId="settings-memory">
            {memory &&
              `${Object.entries(memory.rows)
                .map(([entity, rows]) => `${formatCount(rows)} ${entity}`)
                .join(', ')}, ${formatBytes(memory.bytes)}`}
          </Line>
        </Group>
        <Group title="Keyboard">
          {SHORTCUTS.map(({ keys, does }) => (
            <Line key={does} label={does}>
              {keys.map((key) => (
                <Kbd key={key} keys={key} />
              ))}
            </Line>
          ))}
        </Group>
      </div>
      {asking === 'sign-out' && <SignOutDialog name={session.member.name} onClose={() => setAsking(null)} />}
      {asking === 'remove' && <RemoveDataDialog name={session.member.name} onClose={() => setAsking(null)} />}
    </div>
  )
}
