import { useState } from 'react'
import { call } from '../../data/api.ts'
import { formatCount, plural } from '../../data/format.ts'
import { useStatus } from '../../data/status-store.ts'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { notify, notifyError } from '../../ui/toast.tsx'

interface LeaveProps {
  /** Who is signed in. */
  readonly name: string
  readonly onClose: () => void
}

/** Asks before the token is forgotten. Nothing is lost by it; what is unsent waits. */
export const SignOutDialog = ({ name, onClose }: LeaveProps) => {
  const { pending } = useStatus()
  const one = pending === 1
  const signOut = async (): Promise<void> => {
    const result = await call('session.signOut', {})
    if (!result.ok) return notifyError('Could not sign out', result.error)
    notify('Signed out')
  }
  return (
    <ConfirmDialog
      title="Sign out?"
      action="Sign out"
      testId="confirm-sign-out"
      onClose={onClose}
      onConfirm={() => void signOut()}
    >
      {pending > 0 && (
        <p className="leave-warning" data-testid="unsent-warning" data-count={pending}>
          <b>{`${plural(pending, 'edit')} ${one ? 'has' : 'have'} not been sent yet.`}</b>{' '}
          {`${one ? 'It stays on this computer and is' : 'They stay on this computer and are'} sent when ${name} signs in again.`}
        </p>
      )}
      <p>
        The records stay on this computer, but nothing is sent or received until {name} signs in again. To take the
        records off, remove the data instead.
      </p>
    </ConfirmDialog>
  )
}

/** Asks before all of a member's data is deleted from this computer; unsent edits must be given up by their number. */
export const RemoveDataDialog = ({ name, onClose }: LeaveProps) => {
  const { pending, needsAttention } = useStatus()
  const unsent = pending + needsAttention
  const [agreed, setAgreed] = useState<number | null>(null)
  const which = [
    pending > 0 && `${formatCount(pending)} not sent yet`,
    needsAttention > 0 && `${formatCount(needsAttention)} that the server could not apply`,
  ].filter((part) => part !== false)
  const remove = async (): Promise<void> => {
    const result = await call('data.remove', { unsent: agreed ?? 0 })
    if (!result.ok) notifyError('Nothing was removed', result.error)
  }
  return (
    <ConfirmDialog
      title="Remove the data from this computer?"
      action="Remove data"
      testId="confirm-remove-data"
      disabled={unsent > 0 && agreed !== unsent}
      onClose={onClose}
      onConfirm={() => void remove()}
    >
      <p>
        {name} is signed out, and every record is taken off this computer. What the server has stays there and comes
        back with the next sign-in.
      </p>
      {unsent > 0 && (
        <div className="leave-warning" data-testid="unsent-warning" data-count={unsent}>
          <p>
            <b>{`${plural(unsent, 'edit')} would be lost:`}</b>{' '}
            {`${which.join(' and ')}. Nobody else has ${unsent === 1 ? 'it' : 'them'}.`}
          </p>
          <label className="check">
            <input
              type="checkbox"
              checked={agreed === unsent}
              onChange={(event) => setAgreed(event.target.checked ? unsent : null)}
              data-testid="agree-to-lose"
            />
            {`Lose ${unsent === 1 ? 'this edit' : `these ${plural(unsent, 'edit')}`}`}
          </label>
        </div>
      )}
    </ConfirmDialog>
  )
}
