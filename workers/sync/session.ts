import { type Summary, summaryAnswer } from '../../core/protocol/gateway.ts'
import type { Session } from '../../core/protocol/window-api.ts'
import type { Outbox } from './outbox.ts'

const SETTING = 'summary'

/** What the gateway last said about the workspace and the member, kept for the time without a connection. */
export class SessionMemory {
  #summary: Summary | null
  readonly #outbox: Outbox

  constructor(outbox: Outbox) {
    this.#outbox = outbox
    const text = outbox.store.setting(SETTING)
    const parsed = text === null ? null : summaryAnswer.safeParse(JSON.parse(text))
    this.#summary = parsed?.success ? parsed.data : null
  }

  get summary(): Summary | null {
    return this.#summary
  }

  put(summary: Summary): void {
    this.#summary = summary
    this.#outbox.write(() => this.#outbox.store.putSetting(SETTING, JSON.stringify(summary)))
  }

  session(gateway: string, dataDir: string): Session | null {
    if (!this.#summary) return null
    const { workspace, member } = this.#summary
    return {
      workspace: {
        id: workspace.id,
        name: workspace.name,
        currency: workspace.currency,
        timeZone: workspace.time_zone,
      },
      member: { id: member.id, name: member.display_name, email: member.email, role: member.role },
      gateway,
      dataDir,
    }
  }
}
