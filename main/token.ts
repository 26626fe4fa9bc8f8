import { readFile, rm, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { OutpostError } from '../core/errors.ts'

const claims = z.object({ sub: z.string().min(1), exp: z.number().optional() })

function claimsOf(token: string): z.infer<typeof claims> | undefined {
  const [, payload] = token.split('.')
  if (!payload) return undefined
  try {
    return claims.parse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')))
  } catch {
    return undefined
  }
}

/** The user that a JWT is for, read without checking it: it only names a folder. Undefined for what is no JWT. */
export function userOfToken(token: string): string | undefined {
  return claimsOf(token)?.sub
}

/**
 * The user of a token that somebody pasted or chose. Only the server can check it; what is plainly none, is over, or is another
 * member's is refused here, since the data and the unsent edits on this computer are one member's.
 *
 * @param owner the user whose data is here; undefined while nobody's is
 * @param now epoch ms
 * @throws OutpostError `invalid_input`, in words
 */
export function userToSignIn(token: string, owner: string | undefined, now: number): string {
  const found = /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token) ? claimsOf(token) : undefined
  if (!found)
    throw new OutpostError('invalid_input', 'That is not a sign-in token. It has three parts with dots between.')
  if (found.exp !== undefined && found.exp * 1000 <= now)
    throw new OutpostError('invalid_input', 'That token has expired. Ask for a new one.')
  if (owner !== undefined && found.sub !== owner)
    throw new OutpostError(
      'invalid_input',
      'That token is another member’s, and the data on this computer is not theirs. Remove it first, under Settings.',
    )
  return found.sub
}

/** Text encrypted for this user of this computer; Electron's `safeStorage`. */
export type SecretBox = {
  isEncryptionAvailable: () => boolean
  encryptString: (text: string) => Buffer
  decryptString: (encrypted: Buffer) => string
}

/** The token of a file, without the line end that editors add; null when there is none to read. */
export async function readTokenFile(path: string): Promise<string | null> {
  try {
    return (await readFile(path, 'utf8')).trim() || null
  } catch {
    return null
  }
}

/** The token kept from an earlier start; null when there is none, or none that can be decrypted here: then one signs in again. */
export async function readKeptToken(path: string, box: SecretBox): Promise<string | null> {
  try {
    return box.decryptString(await readFile(path))
  } catch {
    return null
  }
}

/** Forgets the token kept for the next start. */
export async function forgetToken(path: string): Promise<void> {
  await rm(path, { force: true })
}

/** Keeps the token for the next start, unless this computer has no key store to encrypt it with. */
export async function keepToken(path: string, token: string, box: SecretBox): Promise<void> {
  if (box.isEncryptionAvailable()) await writeFile(path, box.encryptString(token), { mode: 0o600 })
}
