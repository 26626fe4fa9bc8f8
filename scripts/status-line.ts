import type { SyncStatus } from '../core/protocol/status.ts'

const WORDS = {
  starting: 'starting',
  syncing: 'syncing',
  up_to_date: 'up to date',
  offline: 'offline',
  signed_out: 'waiting for sign-in',
  no_access: 'no access',
  update_needed: 'update needed',
  stuck: 'stuck',
  stopped: 'stopped',
} as const satisfies Record<SyncStatus['state'], string>

/** The status as one line for a terminal. */
export const statusLine = (status: SyncStatus): string => {
  const parts: string[] = [WORDS[status.state]]
  if (status.state === 'syncing')
    parts.push(`${status.received.toLocaleString('en')} of ${status.expected.toLocaleString('en')}`)
  if (status.pending > 0) parts.push(`${status.pending.toLocaleString('en')} edits waiting`)
  if (status.needsAttention > 0) parts.push(`${status.needsAttention.toLocaleString('en')} need attention`)
  if (status.detail) parts.push(status.detail)
  return parts.join(', ')
}
