import { type ErrorCode, OutpostError } from '../../core/errors.ts'
import type { Reply } from './gateway-client.ts'

type Failure = Exclude<Reply<unknown>, { kind: 'ok' }>

const CODES: Readonly<Record<Failure['kind'], ErrorCode>> = {
  offline: 'offline',
  not_gateway: 'not_gateway',
  signed_out: 'signed_out',
  no_access: 'no_access',
  too_large: 'invalid_request',
  update_needed: 'update_needed',
  busy: 'server_busy',
  failed: 'internal',
}

/** A request that a person asked for and that failed, as the error that they see. */
export const thrownReply = (reply: Failure): OutpostError =>
  reply.kind === 'failed'
    ? new OutpostError('internal', `The server could not answer: ${reply.message}`)
    : new OutpostError(CODES[reply.kind])
