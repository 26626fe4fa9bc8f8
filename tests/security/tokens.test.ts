import { createHmac, generateKeyPairSync } from 'node:crypto'
import { exportJWK, exportSPKI, SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createGateway } from '../../server/gateway/create.ts'
import type { TokenKeys } from '../../server/gateway/options.ts'
import { JWT_SECRET, openWorld, signToken, type World } from '../support/gateway-world.ts'
import { type TestPostgres, withPostgres } from '../support/postgres.ts'

let postgres: TestPostgres
let world: World

beforeAll(async () => {
  postgres = await withPostgres()
  world = await openWorld(postgres)
})
afterAll(() => postgres.stop())

describe('tokens', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const status = async (token: string, keys?: TokenKeys) => {
    const app = createGateway({
      pool: world.db.pool,
      electricUrl: 'http://127.0.0.1:1',
      jwt: { keys: keys ?? { kind: 'secret', secret: JWT_SECRET } },
    })
    const headers = { authorization: `Bearer ${token}` }
    return (await app.fetch(new Request(`http://g/v1/workspaces/${world.alpha}/summary`, { headers }))).status
  }
  const sign = (alg: string, key: Parameters<SignJWT['sign']>[0], claims: Record<string, unknown>) =>
    new SignJWT(claims).setProtectedHeader({ alg }).sign(key)
  const soon = () => Math.floor(Date.now() / 1000) + 600
  const secret = new TextEncoder().encode(JWT_SECRET)

  test('that are forged, altered, expired, incomplete or unsigned open nothing', async () => {
    const good = await signToken(world.admin.userId)
    expect(await status(good)).toBe(200)
    const [head, , signature] = good.split('.')
    const payload = Buffer.from(JSON.stringify({ sub: world.manager.userId, exp: soon() })).toString('base64url')
    const claims = { sub: world.admin.userId, exp: soon() }
    const bad: Record<string, string> = {
      'another key': await sign('HS256', new TextEncoder().encode('another secret that is long enough!'), claims),
      'another payload': `${head}.${payload}.${signature}`,
      'no signature': `${good.split('.').slice(0, 2).join('.')}.`,
      'alg none': new UnsecuredJWT(claims).encode(),
      'alg NONE by hand': `${Buffer.from('{"alg":"NONE"}').toString('base64url')}.${payload}.`,
      'another algorithm': await sign('HS512', new TextEncoder().encode(JWT_SECRET.repeat(2)), claims),
      'a public-key algorithm': await sign('RS256', privateKey, claims),
      expired: await sign('HS256', secret, { ...claims, exp: soon() - 1200 }),
      'not yet valid': await sign('HS256', secret, { ...claims, nbf: soon() }),
      'no expiry': await sign('HS256', secret, { sub: world.admin.userId }),
      'no subject': await sign('HS256', secret, { exp: soon() }),
      'empty subject': await sign('HS256', secret, { sub: '', exp: soon() }),
      'a subject that is no text': await sign('HS256', secret, { sub: 7, exp: soon() } as never),
      'a NUL in the subject': await sign('HS256', secret, { sub: `${world.admin.userId}\u0000`, exp: soon() }),
      nothing: '',
      noise: 'a.b.c',
    }
    for (const [name, token] of Object.entries(bad)) expect([name, await status(token)]).toEqual([name, 401])
    expect(await status(await signToken('stranger'))).toBe(403)
    expect(await status(await signToken(`x' or '1'='1`))).toBe(403)
  })

  test('cannot pass a public key off as a shared secret', async () => {
    const keys: TokenKeys = { kind: 'jwks', jwks: { keys: [{ ...(await exportJWK(publicKey)), alg: 'RS256' }] } }
    const claims = { sub: world.admin.userId, exp: soon() }
    expect(await status(await sign('RS256', privateKey, claims), keys)).toBe(200)
    const pem = await exportSPKI(publicKey)
    const body = [{ alg: 'HS256' }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.')
    const confused = `${body}.${createHmac('sha256', pem).update(body).digest('base64url')}`
    expect(await status(confused, keys)).toBe(401)
    expect(await status(new UnsecuredJWT(claims).encode(), keys)).toBe(401)
    expect(await status(await signToken(world.admin.userId), keys)).toBe(401)
  })
})
