import { FileKey } from 'lucide-react'
import { useState } from 'react'
import { call } from '../../data/api.ts'
import { Button } from '../../ui/button.tsx'
import { FormDialog } from '../../ui/dialog.tsx'
import { FormField } from '../../ui/field.tsx'
import { focusOnMount } from '../../ui/focus.ts'
import { notify } from '../../ui/toast.tsx'
import './sign-in.css'

const ID = 'sign-in-token'

/** Takes a token, pasted or from a file. What is wrong with it stands beneath. */
export const SignInDialog = ({ onClose }: { onClose: () => void }) => {
  const [token, setToken] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const done = (): void => {
    notify('Signed in')
    onClose()
  }
  const signIn = async (): Promise<void> => {
    if (busy) return
    if (token.trim() === '') return setProblem('Paste your token, or choose the file that holds it.')
    setBusy(true)
    const result = await call('session.signIn', { token })
    setBusy(false)
    if (result.ok) done()
    else setProblem(result.error.message)
  }
  const choose = async (): Promise<void> => {
    const result = await call('session.chooseTokenFile', {})
    if (!result.ok) setProblem(result.error.message)
    else if (result.value.signedIn) done()
  }
  return (
    <FormDialog
      title="Sign in"
      testId="sign-in-dialog"
      onClose={onClose}
      onSubmit={() => void signIn()}
      footer={
        <>
          <Button
            kind="ghost"
            className="foot-start"
            icon={<FileKey aria-hidden="true" />}
            onClick={() => void choose()}
            data-testid="sign-in-file"
          >
            Choose a file…
          </Button>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" disabled={busy} data-testid="sign-in-submit">
            Sign in
          </Button>
        </>
      }
    >
      <p className="sign-in-lead">
        Your administrator gives you a token. It is kept in this computer’s key store until it expires or you sign out.
      </p>
      <FormField id={ID} label="Token" required={false} problem={problem} wide>
        <textarea
          ref={focusOnMount}
          id={ID}
          className="input mono sign-in-token"
          rows={5}
          spellCheck={false}
          autoComplete="off"
          value={token}
          aria-invalid={problem !== null}
          {...(problem ? { 'aria-describedby': `${ID}-problem` } : {})}
          onChange={(event) => {
            setToken(event.target.value)
            setProblem(null)
          }}
        />
      </FormField>
    </FormDialog>
  )
}
