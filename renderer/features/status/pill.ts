import type { SyncStatus } from '../../../core/protocol/status.ts'
import { formatCount, formatTime, plural } from '../../data/format.ts'

/** What the status pill shows. */
export interface Pill {
  readonly tone: 'good' | 'busy' | 'idle' | 'warn' | 'bad'
  readonly label: string
  /** How far the first load or catch-up is, 0 to 1; null where there is nothing to show. */
  readonly progress: number | null
  /** One sentence for the popover. */
  readonly explain: string
}

const share = (status: SyncStatus): number | null =>
  status.expected > 0 ? Math.min(1, status.received / status.expected) : null

/** The pill of a sync status: trouble first, then what needs attention, then progress. */
export const pillOf = (status: SyncStatus, locale?: string): Pill => {
  const pill = (tone: Pill['tone'], label: string, explain: string, progress: number | null = null): Pill => ({
    tone,
    label,
    progress,
    explain,
  })
  switch (status.state) {
    case 'update_needed':
      return pill(
        'bad',
        'Update needed',
        'This version is too old for the server. Your work is kept here until you update.',
      )
    case 'no_access':
      return pill('bad', 'No access', 'You no longer have access to this workspace.')
    case 'signed_out':
      return pill('warn', 'Waiting for sign-in', 'Your sign-in has expired. Nothing that you changed is lost.')
    case 'stuck':
      return pill('warn', 'Stuck', 'Synchronization does not move. It is being started again.')
    case 'stopped':
      return pill('bad', 'Stopped', 'The sync process has stopped and is being started again.')
    case 'offline':
      return pill(
        'idle',
        status.offlineSince === null ? 'Offline' : `Offline since ${formatTime(status.offlineSince, locale)}`,
        'Go on working: everything is on this computer, and your edits are sent when the connection returns.',
      )
    case 'starting':
      return pill('busy', 'Starting', 'Opening the local databases.')
    case 'syncing':
      return pill(
        'busy',
        status.expected > 0
          ? `Syncing ${formatCount(status.received, locale)} of ${formatCount(status.expected, locale)}`
          : 'Syncing',
        'Getting what changed on the server.',
        share(status),
      )
    case 'up_to_date':
      if (status.needsAttention > 0)
        return pill('warn', 'Needs attention', `${plural(status.needsAttention, 'edit')} could not be applied.`)
      return status.pending > 0
        ? pill('busy', `Sending ${plural(status.pending, 'edit')}`, 'Your edits are on their way.')
        : pill('good', 'Up to date', 'Everything is on this computer and on the server.')
  }
}
