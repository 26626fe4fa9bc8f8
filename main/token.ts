import { readFile, writeFile } from 'node:fs/promises'
import { z } from 'zod'

const claims = z.object({ sub: z.string().min(1) })

/** The user that a JWT is for, read without checking it: it only names a folder. Undefined for what is no JWT. */
export function userOfToken(token: string): string | undefined {
  const [, payload] = token.split('.')
  if (!payload) return undefined
  try {
    return claims.parse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))).sub
  } catch {
    return undefined
  }
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

/** Keeps the token for the next start, unless this computer has no key store to encrypt it with. */
export async function keepToken(path: string, token: string, box: SecretBox): Promise<void> {
  if (box.isEncryptionAvailable()) await writeFile(path, box.encryptString(token), { mode: 0o600 })
}
