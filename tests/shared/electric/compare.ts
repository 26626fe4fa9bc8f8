import { expect } from 'vitest'
import { z } from 'zod'
import type { Correspondence } from './correspondence.ts'
import { type Exchange, wholeBody } from './transcript.ts'

export type Answer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const Message = z.object({
  key: z.string().optional(),
  value: z.record(z.string(), z.string().nullable()).optional(),
  old_value: z.record(z.string(), z.string().nullable()).optional(),
  headers: z.record(z.string(), z.unknown()),
})
type Message = z.infer<typeof Message>

/** Server-made stamps: the recording's day. Ours are of now. */
const RECORDED_NOW = /^2026-11-22 \d\d:\d\d:\d\d(\.\d+)?\+00$/
const TIMESTAMP = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+00$/
const isText = (value: unknown): value is string => typeof value === 'string'

function compareHeader(name: string, recorded: string, ours: string, answer: Answer, links: Correspondence): void {
  switch (name) {
    case 'date':
      expect(Number.isNaN(Date.parse(ours))).toBe(false)
      break
    case 'x-request-id':
    case 'electric-server':
      expect(ours).not.toBe('')
      break
    case 'content-length':
      if (!answer.body.includes('global_last_seen_lsn')) expect(ours).toBe(recorded)
      if (answer.body !== '') expect(Number(ours)).toBe(Buffer.byteLength(answer.body))
      break
    case 'electric-schema':
      expect(JSON.parse(ours)).toEqual(JSON.parse(recorded))
      break
    case 'electric-handle':
      links.relate('handle', recorded, ours)
      break
    case 'electric-offset':
      links.relateOffset(recorded, ours)
      break
    case 'etag':
      links.relateEtag(recorded, ours)
      break
    case 'electric-cursor':
      expect(ours).toMatch(/^\d+$/)
      links.note('cursor', recorded, ours)
      break
    default:
      expect(ours, `header ${name}`).toBe(recorded)
  }
}

function compareValues(recorded: Message['value'], ours: Message['value'], what: string): void {
  expect(Object.keys(ours ?? {}).sort(), what).toEqual(Object.keys(recorded ?? {}).sort())
  for (const [column, value] of Object.entries(recorded ?? {})) {
    if (isText(value) && RECORDED_NOW.test(value)) expect(ours?.[column], `${what} ${column}`).toMatch(TIMESTAMP)
    else expect(ours?.[column], `${what} ${column}`).toBe(value)
  }
}

function compareMessageHeaders(recorded: Message['headers'], ours: Message['headers'], links: Correspondence): void {
  expect(Object.keys(ours).sort()).toEqual(Object.keys(recorded).sort())
  for (const [name, value] of Object.entries(recorded)) {
    const mine = ours[name]
    if (name === 'lsn') links.relate('lsn', String(value), String(mine))
    else if (name === 'txids') {
      const ids = z.array(z.number()).parse(mine)
      const theirs = z.array(z.number()).parse(value)
      expect(ids).toHaveLength(theirs.length)
      for (const [index, id] of theirs.entries()) links.relate('txid', String(id), String(ids[index]))
    } else if (name === 'xip_list')
      expect(z.array(z.string()).parse(mine)).toHaveLength(z.array(z.string()).parse(value).length)
    else if (name === 'xmin' || name === 'xmax') expect(mine).toMatch(/^\d+$/)
    else if (name === 'global_last_seen_lsn') expect(mine).toMatch(/^\d+$/)
    else expect(mine, `message header ${name}`).toEqual(value)
  }
  if (ours['control'] === 'snapshot-end') expect(Number(ours['xmin'])).toBeLessThanOrEqual(Number(ours['xmax']))
}

const byText = (a: Message, b: Message): number =>
  `${a.key}${JSON.stringify(a.value)}` < `${b.key}${JSON.stringify(b.value)}` ? -1 : 1
/** A snapshot has no order; a log does. */
const inOrder = (messages: Message[]): Message[] =>
  messages.some((message) => message.headers['lsn']) ? messages : messages.toSorted(byText)

function compareMessages(recorded: string, ours: string, links: Correspondence): void {
  const theirs = inOrder(z.array(Message).parse(JSON.parse(recorded)))
  const mine = inOrder(z.array(Message).parse(JSON.parse(ours)))
  const shape = (messages: Message[]) =>
    messages.map(({ key, headers }) => [headers['control'] ?? headers['operation'], key])
  expect(shape(mine)).toEqual(shape(theirs))
  let seenLsn = 0
  for (const [index, message] of theirs.entries()) {
    const own = mine[index]
    if (!own) continue
    compareValues(message.value, own.value, `value of ${message.key}`)
    compareValues(message.old_value, own.old_value, `old value of ${message.key}`)
    compareMessageHeaders(message.headers, own.headers, links)
    seenLsn = Math.max(seenLsn, Number(own.headers['lsn'] ?? 0))
    if (own.headers['control'] === 'up-to-date')
      expect(Number(own.headers['global_last_seen_lsn'])).toBeGreaterThanOrEqual(seenLsn)
  }
}

/** Checks an answer of ours against the recorded one: values by value, what differs by nature by relation. */
export function compareExchange(exchange: Exchange, answer: Answer, links: Correspondence): void {
  expect(answer.status, answer.body).toBe(exchange.status)
  expect(Object.keys(answer.headers).sort()).toEqual(Object.keys(exchange.headers).sort())
  for (const [name, value] of Object.entries(exchange.headers))
    compareHeader(name, value, answer.headers[name] ?? '', answer, links)
  const body = wholeBody(exchange.body)
  if (body === null) return
  if (body.startsWith('[')) compareMessages(body, answer.body, links)
  else expect(answer.body).toBe(body)
}
