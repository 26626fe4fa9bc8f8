/** What follows the end of a stream (rule R-8). */
export type FollowerStep =
  /** A new stream from the stored handle and offset, after a backoff. */
  | 'restart'
  /** Nothing helps before a sign-in, an update or the membership is back: whoever learns of it starts the stream. */
  | 'wait'
  /** The server does not take the stored position: the shape is fetched anew beside the old rows. */
  | 'reload'

/** @param status the HTTP status that ended the stream; null for a broken connection or a failure of our own */
export const followerStep = (status: number | null): FollowerStep => {
  if (status === 401 || status === 403 || status === 426) return 'wait'
  return status === 400 ? 'reload' : 'restart'
}
