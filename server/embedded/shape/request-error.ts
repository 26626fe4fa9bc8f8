/** A request that is answered with an error: status, JSON body, and headers beyond those of every error. */
export class RequestError extends Error {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string>>
  constructor(status: number, body: Readonly<Record<string, unknown>>, headers: Readonly<Record<string, string>> = {}) {
    super(`${status} ${JSON.stringify(body)}`)
    this.status = status
    this.body = body
    this.headers = headers
  }
}

/** 400 for one parameter, in Electric's form. */
export const invalid = (parameter: string, message: string): RequestError =>
  new RequestError(400, { message: 'Invalid request', errors: { [parameter]: [message] } })

/** 503: the same request may succeed in `retryAfterS` seconds. */
export const unavailable = (
  message: string,
  retryAfterS: number,
  headers: Readonly<Record<string, string>> = {},
): RequestError => new RequestError(503, { message }, { ...headers, 'retry-after': String(retryAfterS) })
