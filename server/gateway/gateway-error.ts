import { GATEWAY_STATUS, type GatewayErrorCode } from '../../core/protocol/gateway.ts'

const MESSAGES = {
  invalid_request: 'The request was not understood.',
  signed_out: 'The token is missing, wrong or expired.',
  no_access: 'No access to this workspace.',
  not_found: 'There is nothing here.',
  batch_too_large: 'The batch is larger than 1 MB.',
  update_needed: 'This client speaks another version of the protocol. Update Outpost.',
  too_many_requests: 'Too many requests.',
  internal: 'Something went wrong inside the gateway.',
  server_busy: 'The server is busy. Send it again.',
} as const satisfies Record<GatewayErrorCode, string>

/** An answer other than success, thrown inside the gateway and turned into HTTP at its one door (`create.ts`). */
export class GatewayError extends Error {
  readonly code: GatewayErrorCode
  /** For `retry-after`, seconds. */
  readonly retryAfter: number | null
  constructor(
    code: GatewayErrorCode,
    options: { message?: string; retryAfter?: number | undefined; cause?: unknown } = {},
  ) {
    super(options.message ?? MESSAGES[code], options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'GatewayError'
    this.code = code
    this.retryAfter = options.retryAfter ?? (code === 'server_busy' ? 2 : null)
  }
  /** The HTTP answer, without the headers that every answer carries. */
  response(): Response {
    const headers = new Headers({ 'content-type': 'application/json', 'cache-control': 'no-store' })
    if (this.retryAfter !== null) headers.set('retry-after', String(this.retryAfter))
    const body = { error: { code: this.code, message: this.message } }
    return new Response(JSON.stringify(body), { status: GATEWAY_STATUS[this.code], headers })
  }
}
