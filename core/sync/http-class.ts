/** What an HTTP answer (or none) means to the client. */
export type HttpClass =
  | 'ok'
  /** No answer, or one that is not the gateway's (rule W-9): as if the network were down. */
  | 'offline'
  | 'not_gateway'
  | 'signed_out'
  | 'no_access'
  | 'too_large'
  | 'update_needed'
  /** The gateway is there and cannot answer now. */
  | 'busy'
  | 'failed'

/**
 * Classifies an answer (rule W-10). Only an answer with the `outpost-protocol` header is the gateway's; a captive
 * portal's 200 or a proxy's 407 refuses nothing.
 *
 * @param status null where no answer came
 * @param fromGateway the `outpost-protocol` header is there
 */
export const classifyHttp = (status: number | null, fromGateway: boolean): HttpClass => {
  if (status === null) return 'offline'
  if (!fromGateway) return 'not_gateway'
  if (status >= 200 && status < 300) return 'ok'
  switch (status) {
    case 401:
      return 'signed_out'
    case 403:
      return 'no_access'
    case 413:
      return 'too_large'
    case 426:
      return 'update_needed'
    case 429:
    case 503:
      return 'busy'
    default:
      return 'failed'
  }
}
