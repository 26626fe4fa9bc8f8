import type { SyncStatus } from '../../../core/protocol/status.ts'
import { formatCount, formatTime, plural } from '../../data/format.ts'

/** What the popover of the pill offers; the first is the one to take. */
export type PillAction = 'retry' | 'sign-in' | 'attention' | 'edits' | 'log'

/** What the status pill shows. */
export interface Pill {
  readonly tone: 'good' | 'busy' | 'idle' | 'warn' | 'bad'
  readonly label: string
  /** How far the first load or catch-up is, 0 to 1; null where there is nothing to show. */
  readonly progress: number | null
  /** A sentence or two for the popover. */
  readonly explain: string
  readonly actions: readonly PillAction[]
}

const share = (status: SyncStatus): number | null =>
  status.expected > 0 ? Math.min(1, status.received / status.expected) : null

/** The pill of a sync status: trouble first, then what needs attention, then progress. */
export const pillOf = (status: SyncStatus, locale?: string): Pill => {
  const unsent = status.pending + status.needsAttention > 0
  const kept =
    status.pending > 0
      ? `Your ${plural(status.pending, 'unsent edit')} ${status.pending === 1 ? 'is' : 'are'} kept on this computer`
      : 'Your work is kept on this computer'
  const pill = (
    tone: Pill['tone'],
    label: string,
    explain: string,
    actions: readonly PillAction[],
    progress: number | null = null,
  ): Pill => ({
    tone,
    label,
    progress,
    explain,
    // Those of a member without access are sealed: there is nothing to see.
    actions: unsent && status.state !== 'no_access' && !actions.includes('attention') ? [...actions, 'edits'] : actions,
  })
  switch (status.state) {
    case 'update_needed':
      return pill(
        'bad',
        'Update needed',
        `This version of Outpost is too old for the server. Install the newer one to go on syncing. ${kept} until then.`,
        ['retry'],
      )
    case 'no_access':
      return pill(
        'bad',
        'No access',
        `You no longer have access to this workspace; an administrator can give it back. Its records were taken off this computer. ${kept} until then, sealed.`,
        ['retry', 'sign-in'],
      )
    case 'signed_out':
      return pill(
        'warn',
        'Waiting for sign-in',
        `Your sign-in has expired, or you signed out. Go on working: ${kept.charAt(0).toLowerCase()}${kept.slice(1)} and sent once you sign in.`,
        ['sign-in'],
      )
    case 'stuck':
      return pill('warn', 'Stuck', `Nothing moves for now. It is being tried again by itself. ${kept}.`, [
        'retry',
        'log',
      ])
    case 'stopped':
      return pill('bad', 'Stopped', `The sync process has stopped and is being started again. ${kept}.`, ['log'])
    case 'offline':
      return pill(
        'idle',
        status.offlineSince === null ? 'Offline' : `Offline since ${formatTime(status.offlineSince, locale)}`,
        'Go on working: everything is on this computer, and your edits are sent when the connection returns.',
        ['retry'],
      )
    case 'starting':
      return pill('busy', 'Starting', 'Opening the local databases.', [])
    case 'syncing':
      return pill(
        'busy',
        status.expected > 0
          ? `Syncing ${formatCount(status.received, locale)} of ${formatCount(status.expected, locale)}`
          : 'Syncing',
        'Getting what changed on the server.',
        [],
        share(status),
      )
    case 'up_to_date':
      if (status.needsAttention > 0)
        return pill(
          'warn',
          'Needs attention',
          `The server could not apply ${plural(status.needsAttention, 'edit')}. Nothing of it is lost: decide what becomes of it.`,
          ['attention'],
        )
      return status.pending > 0
        ? pill('busy', `Sending ${plural(status.pending, 'edit')}`, 'Your edits are on their way.', [])
        : pill('good', 'Up to date', 'Everything is on this computer and on the server.', ['retry'])
  }
}
