import { z } from 'zod'

const claims = z.object({ sub: z.string() })

const subjectOf = (token: string): string | null => {
  try {
    const payload: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'))
    return claims.parse(payload).sub
  } catch {
    return null
  }
}

/**
 * The token, where it may be used with this data folder; null where it is another member's: the unsent edits in here must
 * never go out under somebody else's name. Read without checking it, which is the server's part.
 *
 * @param owner user id of the member whose data is here; null before the first sign-in
 */
export const ownToken = (token: string | null, owner: string | null): string | null => {
  const subject = token === null || owner === null ? null : subjectOf(token)
  return subject === null || subject === owner ? token : null
}
