import type { Edit } from '../../../core/protocol/edit.ts'
import type { Verdict } from '../../../core/protocol/gateway.ts'

export type Decided = Exclude<Verdict, { status: 'busy' }>

interface Entry {
  readonly userId: string
  readonly body: string
  readonly answer: Decided
}

/** The server's memory of every edit that it has decided. */
export class Ledger {
  readonly entries = new Map<string, Entry>()

  /** The word on an edit seen before; null for a new one. */
  recall(edit: Edit, userId: string): Decided | null {
    const known = this.entries.get(edit.id)
    if (!known) return null
    if (known.userId === userId && known.body === JSON.stringify(edit)) return { ...known.answer, duplicate: true }
    return {
      id: edit.id,
      status: 'refused',
      code: 'id_reused',
      message: 'This edit was already sent with other contents.',
      conflicts: [],
      version: null,
      duplicate: false,
    }
  }

  record(edit: Edit, userId: string, answer: Decided): void {
    this.entries.set(edit.id, { userId, body: JSON.stringify(edit), answer })
  }
}
