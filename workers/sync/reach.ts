import type { Clock } from '../../core/clock.ts'
import type { HttpClass } from '../../core/sync/http-class.ts'
import type { UploadWait } from '../../core/sync/upload.ts'

/** What the answers so far say about the way to the gateway. */
export class Reach {
  offlineSince: number | null = null
  notGateway = false
  wait: UploadWait = null
  trouble: string | null = null
  readonly #clock: Clock
  readonly #onChange: (cameBack: boolean) => void

  /** @param onChange told when something changed; `cameBack`: the gateway answers again */
  constructor(clock: Clock, onChange: (cameBack: boolean) => void) {
    this.#clock = clock
    this.#onChange = onChange
  }

  /** Takes in one answer, from a stream or a request. */
  saw(kind: HttpClass, trouble: string | null = null): void {
    const before = JSON.stringify([this.offlineSince, this.notGateway, this.wait, this.trouble])
    const wasOffline = this.offlineSince !== null
    if (kind === 'offline' || kind === 'not_gateway') {
      this.offlineSince ??= this.#clock.now()
      this.notGateway = kind === 'not_gateway'
    } else {
      this.offlineSince = null
      this.notGateway = false
    }
    if (kind === 'signed_out' || kind === 'no_access' || kind === 'update_needed') this.wait = kind
    this.trouble = kind === 'ok' ? null : (trouble ?? this.trouble)
    if (JSON.stringify([this.offlineSince, this.notGateway, this.wait, this.trouble]) !== before)
      this.#onChange(wasOffline && this.offlineSince === null)
  }

  /** A new token, or the user's wish: what was refused for want of one is tried again. */
  clearWait(): void {
    if (this.wait === null) return
    this.wait = null
    this.#onChange(false)
  }
}
