import { ShieldCheck, Wrench } from 'lucide-react'
import { useState } from 'react'
import type { AppError } from '../../../core/errors.ts'
import type { VerificationAnswer } from '../../../core/protocol/window-api.ts'
import { call } from '../../data/api.ts'
import { Button } from '../../ui/button.tsx'
import { verificationWords } from './verification-words.ts'

/** The last result, for as long as the window lives. */
let last: VerificationAnswer | null = null

/** Compares every record with the server, and repairs what differs. */
export const VerifyLine = () => {
  const [found, setFound] = useState(last)
  const [error, setError] = useState<AppError | null>(null)
  const [busy, setBusy] = useState<'verify' | 'repair' | null>(null)
  const run = async (repair: boolean): Promise<void> => {
    setBusy(repair ? 'repair' : 'verify')
    setError(null)
    const result = await call('verify.run', { repair })
    setBusy(null)
    if (!result.ok) return setError(result.error)
    last = result.value
    setFound(last)
  }
  const differs = found !== null && found.differences > 0
  const words =
    busy === 'verify'
      ? 'Comparing every record with the server…'
      : busy === 'repair'
        ? 'Fetching anew what differs; your own edits stay…'
        : (error?.message ?? (found ? verificationWords(found) : 'Not done since the window was opened'))
  const tone = busy ? 'muted' : error || differs ? 'settings-warn' : found ? '' : 'muted'
  return (
    <>
      <span className={tone} role="status" data-testid="verify-result" data-differences={found?.differences}>
        {words}
      </span>
      {differs && !busy && (
        <Button
          kind="primary"
          icon={<Wrench aria-hidden="true" />}
          onClick={() => void run(true)}
          data-testid="verify-repair"
        >
          Repair
        </Button>
      )}
      <Button
        icon={<ShieldCheck aria-hidden="true" />}
        disabled={busy !== null}
        onClick={() => void run(false)}
        data-testid="verify-now"
      >
        Verify now
      </Button>
    </>
  )
}
