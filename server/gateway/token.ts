import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  type JWTVerifyGetKey,
  type JWTVerifyOptions,
  jwtVerify,
} from 'jose'
import { GatewayError } from './gateway-error.ts'
import type { TokenKeys, TokenRules } from './options.ts'

/** Seconds by which the clocks of the token's maker and of this machine may differ. */
const CLOCK_TOLERANCE_S = 5
const MIN_SECRET_BYTES = 32

/** Asymmetric signatures only where keys are public: else a public key could be passed off as an HMAC secret. `none` is never allowed. */
const PUBLIC_KEY_ALGORITHMS = [
  'EdDSA',
  'Ed25519',
  'ES256',
  'ES384',
  'ES512',
  'PS256',
  'PS384',
  'PS512',
  'RS256',
  'RS384',
  'RS512',
]

type Verify = (token: string, options: JWTVerifyOptions) => Promise<{ payload: { sub?: string } }>

const verifierFor = (keys: TokenKeys): Verify => {
  if (keys.kind === 'secret') {
    const secret = new TextEncoder().encode(keys.secret)
    if (secret.length < MIN_SECRET_BYTES)
      throw new Error(`The JWT secret must have at least ${MIN_SECRET_BYTES} bytes.`)
    return (token, options) => jwtVerify(token, secret, { ...options, algorithms: ['HS256'] })
  }
  const key: JWTVerifyGetKey = keys.kind === 'jwks' ? createLocalJWKSet(keys.jwks) : createRemoteJWKSet(keys.url)
  return (token, options) => jwtVerify(token, key, { ...options, algorithms: PUBLIC_KEY_ALGORITHMS })
}

/** Failures that say nothing about the token: the key server could not be asked. */
const isKeyServerFailure = (thrown: unknown): boolean =>
  !(thrown instanceof errors.JOSEError) || thrown instanceof errors.JWKSTimeout || thrown.code === 'ERR_JOSE_GENERIC'

/**
 * A function that answers the user id (`sub`) of an `authorization` header.
 *
 * @throws GatewayError `signed_out` for a missing, forged, foreign or expired token; `server_busy` when the key server is away
 */
export const tokenChecker = (
  rules: TokenRules,
  now: () => number,
): ((header: string | undefined) => Promise<string>) => {
  const verify = verifierFor(rules.keys)
  return async (header) => {
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]*)$/i.exec(header ?? '')?.[1]
    if (!token) throw new GatewayError('signed_out')
    const options: JWTVerifyOptions = {
      currentDate: new Date(now()),
      clockTolerance: CLOCK_TOLERANCE_S,
      requiredClaims: ['sub', 'exp'],
      ...(rules.issuer === undefined ? {} : { issuer: rules.issuer }),
      ...(rules.audience === undefined ? {} : { audience: rules.audience }),
    }
    const userId = await verify(token, options).then(
      ({ payload }) => payload.sub,
      (thrown: unknown) => {
        throw new GatewayError(isKeyServerFailure(thrown) ? 'server_busy' : 'signed_out', { cause: thrown })
      },
    )
    if (typeof userId !== 'string' || userId === '' || userId.length > 500 || userId.includes('\u0000'))
      throw new GatewayError('signed_out')
    return userId
  }
}
