import { joinByComma } from './log/shape-log.ts'
import { formatOffset, type Offset } from './offset.ts'
import type { ShapeRequest } from './request.ts'
import type { Shape } from './shape.ts'

/** An HTTP answer before the headers that all answers have. `sized` ones carry a content-length, others are chunked. */
export type Answer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** The bytes, or the path of the file that holds them. */
  readonly body: Buffer | string
  readonly sized: boolean
}

const MUST_REFETCH = Buffer.from('[{"headers":{"control":"must-refetch"}}]')
const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' }
const CACHE = {
  start: 'public, max-age=604800, s-maxage=3600, stale-while-revalidate=2629746',
  log: 'public, max-age=60, stale-while-revalidate=300',
  live: 'public, max-age=5, stale-while-revalidate=5',
}

export const jsonAnswer = (status: number, body: unknown, headers: Readonly<Record<string, string>>): Answer => ({
  status,
  headers: { ...JSON_TYPE, ...headers },
  body: Buffer.from(JSON.stringify(body)),
  sized: true,
})

/** 409: the client must start again, under `handle` if one is known. */
export const mustRefetch = (handle: string | null): Answer => ({
  status: 409,
  headers: {
    ...JSON_TYPE,
    'cache-control': `public, max-age=${handle ? 60 : 1}, must-revalidate`,
    ...(handle ? { 'electric-handle': handle, etag: `"${handle}::"` } : {}),
  },
  body: MUST_REFETCH,
  sized: true,
})

/** The message that tells a client that it has everything up to a commit position. */
const upToDate = (lsn: number): Buffer =>
  Buffer.from(`{"headers":{"control":"up-to-date","global_last_seen_lsn":"${lsn}"}}`)

function headersOf(
  shape: Shape,
  request: ShapeRequest,
  offset: Offset,
  more: Readonly<Record<string, string>>,
): Record<string, string> {
  const cache = request.live ? CACHE.live : request.offset === 'start' ? CACHE.start : CACHE.log
  return {
    ...JSON_TYPE,
    'cache-control': cache,
    etag: `"${shape.handle}:${request.offsetText}:${formatOffset(offset)}"`,
    'electric-handle': shape.handle,
    'electric-offset': formatOffset(offset),
    'electric-has-data': 'true',
    ...(request.live ? {} : { 'electric-schema': shape.schema }),
    ...more,
  }
}

/** A chunk of the snapshot. */
export const chunkAnswer = (shape: Shape, request: ShapeRequest, index: number): Answer => ({
  status: 200,
  headers: headersOf(shape, request, { lsn: 0, op: index }, {}),
  body: shape.parts.files.path(index),
  sized: false,
})

export type LogPart = {
  readonly messages: readonly Buffer[]
  readonly offset: Offset
  /** The commit position up to which the client now has everything; `null` = there is more to ask for. */
  readonly seenLsn: number | null
  /** Only when live. */
  readonly cursor: number | null
}

const cursorHeader = (cursor: number | null): Record<string, string> =>
  cursor === null ? {} : { 'electric-cursor': String(cursor) }

/** A part of the log. */
export function logAnswer(shape: Shape, request: ShapeRequest, part: LogPart): Answer {
  const texts = part.seenLsn === null ? part.messages : [...part.messages, upToDate(part.seenLsn)]
  return {
    status: 200,
    headers: headersOf(shape, request, part.offset, {
      ...cursorHeader(part.cursor),
      ...(part.seenLsn === null ? {} : { 'electric-up-to-date': '' }),
    }),
    body: Buffer.concat([Buffer.from('['), joinByComma(texts), Buffer.from(']')]),
    sized: false,
  }
}

/** Nothing came while a request waited, or nothing was asked for (`offset=now`). Its etag is never the same twice. */
export function emptyAnswer(shape: Shape, request: ShapeRequest, part: LogPart & { readonly unique: number }): Answer {
  const offset = formatOffset(part.offset)
  const headers = headersOf(shape, request, part.offset, {
    ...cursorHeader(part.cursor),
    'electric-up-to-date': '',
    'electric-has-data': 'false',
    etag: `"${shape.handle}:${request.offsetText}:${offset}:${part.unique}"`,
  })
  const body = Buffer.concat([Buffer.from('['), upToDate(part.seenLsn ?? 0), Buffer.from(']')])
  return { status: 200, headers, body, sized: true }
}
