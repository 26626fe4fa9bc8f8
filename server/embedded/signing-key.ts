import { readFile, writeFile } from 'node:fs/promises'
import { exportJWK, generateKeyPair, importJWK, type JSONWebKeySet, SignJWT } from 'jose'
import { z } from 'zod'

const ALGORITHM = 'EdDSA'
const ISSUER = 'outpost-embedded'
const AUDIENCE = 'outpost'

const privateJwk = z.looseObject({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string(), d: z.string() })

export interface TokenSigner {
  readonly issuer: string
  readonly audience: string
  /** The public half, for the gateway. */
  readonly jwks: JSONWebKeySet
  /** @param expiresIn a time span as `jose` reads it: '12h', '30d', '-1s' */
  sign(userId: string, expiresIn: string): Promise<string>
}

const makeKeyFile = async (file: string): Promise<void> => {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true })
  await writeFile(file, JSON.stringify(await exportJWK(privateKey)), { mode: 0o600, flag: 'wx' })
}

/** The embedded backend's own key for tokens, made at the first start and kept in `file` for this user's eyes only. */
export const openSigner = async (file: string): Promise<TokenSigner> => {
  await makeKeyFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  const jwk = privateJwk.parse(JSON.parse(await readFile(file, 'utf8')))
  const key = await importJWK(jwk, ALGORITHM)
  const { kty, crv, x } = jwk
  return {
    issuer: ISSUER,
    audience: AUDIENCE,
    jwks: { keys: [{ kty, crv, x, alg: ALGORITHM, use: 'sig' }] },
    sign: (userId, expiresIn) =>
      new SignJWT({})
        .setProtectedHeader({ alg: ALGORITHM })
        .setSubject(userId)
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setIssuedAt()
        .setExpirationTime(expiresIn)
        .sign(key),
  }
}
