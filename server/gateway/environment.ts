import { readFileSync } from 'node:fs'
import type { JSONWebKeySet } from 'jose'
import { z } from 'zod'
import type { TokenKeys } from './options.ts'
import type { StartGatewayOptions } from './start.ts'

const filled = z.string({ error: 'is not set' }).min(1)
const environment = z
  .object({
    DATABASE_URL: filled,
    ELECTRIC_URL: z.url({ protocol: /^https?$/, error: 'is not set, or no http(s) address' }),
    ELECTRIC_SECRET: filled.optional(),
    JWT_JWKS_URL: z.url({ protocol: /^https$/, error: 'is no https address' }).optional(),
    JWT_JWKS_FILE: filled.optional(),
    JWT_SECRET: z.string().min(32, 'must have at least 32 characters').optional(),
    JWT_ISSUER: filled.optional(),
    JWT_AUDIENCE: filled.optional(),
    HOST: filled.default('127.0.0.1'),
    PORT: z.coerce.number().int().min(0).max(65_535).default(4810),
    DATABASE_CONNECTIONS: z.coerce.number().int().min(1).max(1000).default(10),
  })
  .refine(
    (env) => [env.JWT_JWKS_URL, env.JWT_JWKS_FILE, env.JWT_SECRET].filter((given) => given !== undefined).length === 1,
    {
      path: ['JWT_JWKS_URL, JWT_JWKS_FILE, JWT_SECRET'],
      message: 'exactly one of them says which keys tokens are checked with',
    },
  )
type Environment = z.infer<typeof environment>

const jwksSchema = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).min(1) })

const keysOf = (env: Environment): TokenKeys => {
  if (env.JWT_JWKS_URL !== undefined) return { kind: 'jwks-url', url: new URL(env.JWT_JWKS_URL) }
  if (env.JWT_JWKS_FILE !== undefined) {
    const jwks: JSONWebKeySet = jwksSchema.parse(JSON.parse(readFileSync(env.JWT_JWKS_FILE, 'utf8')))
    return { kind: 'jwks', jwks }
  }
  return { kind: 'secret', secret: env.JWT_SECRET ?? '' }
}

/**
 * The gateway's options from environment variables; empty ones count as not set.
 *
 * @throws Error naming every variable that is missing or wrong
 */
export const optionsFromEnvironment = (
  variables: Readonly<Record<string, string | undefined>>,
): StartGatewayOptions => {
  const set = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''))
  const parsed = environment.safeParse(set)
  if (!parsed.success)
    throw new Error(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'))
  const env = parsed.data
  return {
    databaseUrl: env.DATABASE_URL,
    electricUrl: env.ELECTRIC_URL,
    jwt: {
      keys: keysOf(env),
      ...(env.JWT_ISSUER === undefined ? {} : { issuer: env.JWT_ISSUER }),
      ...(env.JWT_AUDIENCE === undefined ? {} : { audience: env.JWT_AUDIENCE }),
    },
    host: env.HOST,
    port: env.PORT,
    maxConnections: env.DATABASE_CONNECTIONS,
    ...(env.ELECTRIC_SECRET === undefined ? {} : { electricSecret: env.ELECTRIC_SECRET }),
  }
}
