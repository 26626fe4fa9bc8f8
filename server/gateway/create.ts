import { ServerResponse } from 'node:http'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { z } from 'zod'
import { MAX_BATCH_BYTES, mutationsRequest } from '../../core/protocol/gateway.ts'
import { PROTOCOL_HEADER, PROTOCOL_VERSION } from '../../core/protocol/version.ts'
import { entityName } from '../../core/query/spec.ts'
import { asMember, type Caller } from './as-member.ts'
import { checksumsOf } from './checksums.ts'
import { GatewayError } from './gateway-error.ts'
import { historyOf } from './history.ts'
import { type Member, membershipOf } from './membership.ts'
import { applyBatch } from './mutations.ts'
import type { GatewayOptions } from './options.ts'
import { RowCounts } from './row-counts.ts'
import { fetchShape, shapeUrl } from './shape.ts'
import { summaryOf } from './summary.ts'
import { tokenChecker } from './token.ts'

const DEFAULT_STATEMENT_TIMEOUT_MS = 20_000
/** Checksums read every row of a table: about 10 s for a million. */
const CHECKSUM_TIMEOUT_FACTOR = 6

const bucketList = z
  .string()
  .regex(/^\d{1,3}(,\d{1,3})*$/)
  .transform((list) => list.split(',').map(Number))
  .pipe(z.array(z.number().max(255)).max(256))
const checksumsQuery = z.object({ entity: entityName, buckets: bucketList.optional() })
const historyQuery = z.object({ entity: entityName, id: z.uuid() })

/** Parses what a client sent. @throws GatewayError `invalid_request` */
const parse = <S extends z.ZodType>(schema: S, input: unknown): z.output<S> => {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new GatewayError('invalid_request', { message: `${issue?.path.join('.') || 'request'}: ${issue?.message}` })
}

/** What an HTTP server tells about a request: the connection that it answers on. */
export interface Connection {
  readonly outgoing?: object
}

type Env = { Bindings: Connection; Variables: { caller: Caller; member: Member } }

/**
 * The gateway: an HTTP handler over Postgres and Electric that keeps no state but large counts (core/protocol/gateway.ts
 * lists its routes). Every answer, errors too, carries the protocol header; every request needs a token and a live
 * membership of the workspace it names.
 */
export const createGateway = (
  options: GatewayOptions,
): { readonly fetch: (request: Request, connection?: Connection) => Promise<Response> } => {
  const { pool, log = () => {} } = options
  const now = options.now ?? Date.now
  const userOf = tokenChecker(options.jwt, now)
  const rowCounts = new RowCounts(now)
  const timeoutMs = options.statementTimeoutMs ?? DEFAULT_STATEMENT_TIMEOUT_MS
  const app = new Hono<Env>()

  const answerError = (thrown: unknown, c: Context<Env>): Response => {
    const error = thrown instanceof GatewayError ? thrown : new GatewayError('internal', { cause: thrown })
    if (error.code === 'internal' || error.code === 'server_busy') {
      const { cause } = error
      log({
        level: error.code === 'internal' ? 'error' : 'warn',
        event: error.code,
        path: c.req.path,
        cause: cause instanceof Error ? `${cause.name} ${'code' in cause ? String(cause.code) : ''}` : null,
        stack:
          error.code === 'internal' && cause instanceof Error
            ? (cause.stack ?? '').split('\n').slice(1, 6).join(' ')
            : null,
      })
    }
    const response = error.response()
    response.headers.set(PROTOCOL_HEADER, String(PROTOCOL_VERSION))
    return response
  }
  app.onError(answerError)
  app.notFound((c) => answerError(new GatewayError('not_found'), c))

  app.use(async (c, next) => {
    const spoken = c.req.header(PROTOCOL_HEADER)
    if (spoken !== undefined && spoken !== String(PROTOCOL_VERSION)) throw new GatewayError('update_needed')
    await next()
    c.res.headers.set(PROTOCOL_HEADER, String(PROTOCOL_VERSION))
  })
  app.get('/health', (c) => c.json({ status: 'ok' }))

  const workspace = new Hono<Env>()
  workspace.use(async (c, next) => {
    const userId = await userOf(c.req.header('authorization'))
    const workspaceId = z.uuid().safeParse(c.req.param('workspace'))
    if (!workspaceId.success) throw new GatewayError('no_access')
    const caller = { workspaceId: workspaceId.data.toLowerCase(), userId }
    c.set('caller', caller)
    c.set('member', await membershipOf(pool, caller))
    await next()
    if (!c.res.headers.has('cache-control')) c.res.headers.set('cache-control', 'no-store')
  })
  workspace.get('/shape', (c) => {
    const url = shapeUrl(options, new URL(c.req.url).searchParams, c.var.caller.workspaceId, c.var.member)
    const client = {
      ifNoneMatch: c.req.header('if-none-match'),
      signal: c.req.raw.signal,
      outgoing: c.env.outgoing instanceof ServerResponse ? c.env.outgoing : undefined,
    }
    return fetchShape(url, client, { [PROTOCOL_HEADER]: String(PROTOCOL_VERSION) })
  })
  const tooLarge = () => {
    throw new GatewayError('batch_too_large')
  }
  workspace.post('/mutations', bodyLimit({ maxSize: MAX_BATCH_BYTES, onError: tooLarge }), async (c) => {
    const body: unknown = await c.req.json().catch(() => {
      throw new GatewayError('invalid_request', { message: 'The body is not JSON.' })
    })
    return c.json(await applyBatch(pool, c.var.caller, timeoutMs, parse(mutationsRequest, body)))
  })
  workspace.get('/summary', async (c) => {
    const { caller, member } = c.var
    return c.json(
      await asMember(pool, caller, timeoutMs, (client) => summaryOf(client, rowCounts, caller.workspaceId, member)),
    )
  })
  workspace.get('/checksums', async (c) => {
    const { caller, member } = c.var
    const { entity, buckets } = parse(checksumsQuery, c.req.query())
    return c.json(
      await asMember(pool, caller, timeoutMs * CHECKSUM_TIMEOUT_FACTOR, (client) =>
        checksumsOf(client, entity, caller.workspaceId, member, buckets ?? null),
      ),
    )
  })
  workspace.get('/history', async (c) => {
    const { entity, id } = parse(historyQuery, c.req.query())
    return c.json(await asMember(pool, c.var.caller, timeoutMs, (client) => historyOf(client, entity, id)))
  })
  app.route('/v1/workspaces/:workspace', workspace)

  return { fetch: async (request, connection = {}) => app.fetch(request, connection) }
}
