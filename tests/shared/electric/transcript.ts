import { readFileSync } from 'node:fs'

/** One request and its answer, as recorded from the real service. */
export type Exchange = {
  readonly notes: readonly string[]
  readonly method: string
  /** Path and query, as sent. */
  readonly target: string
  readonly requestHeaders: Readonly<Record<string, string>>
  readonly requestBody: string
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const CLIENT_HEADERS = new Set(['host', 'user-agent', 'accept', 'content-length'])

function readHeaders(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
}

/** Splits at the first empty line. */
function headAndBody(text: string): { lines: string[]; body: string } {
  const end = text.indexOf('\n\n')
  const head = end < 0 ? text : text.slice(0, end)
  return { lines: head.split('\n').filter(Boolean), body: end < 0 ? '' : text.slice(end + 2).trim() }
}

function readExchange(text: string): Exchange | null {
  const request = text.indexOf('>>> request\n')
  const response = text.indexOf('<<< response')
  if (request < 0 || response < 0) return null
  const notes = text
    .slice(0, request)
    .split('\n')
    .filter((line) => line.startsWith('# '))
    .map((line) => line.slice(2))
  const sent = headAndBody(text.slice(request + '>>> request\n'.length, response))
  const received = headAndBody(text.slice(text.indexOf('\n', response) + 1))
  const [method = '', target = ''] = (sent.lines[0] ?? '').split(' ')
  const requestHeaders = readHeaders(sent.lines.slice(1))
  return {
    notes,
    method,
    target,
    requestHeaders: Object.fromEntries(Object.entries(requestHeaders).filter(([name]) => !CLIENT_HEADERS.has(name))),
    requestBody: sent.body,
    status: Number((received.lines[0] ?? '').split(' ')[1]),
    headers: readHeaders(received.lines.slice(1)),
    body: received.body,
  }
}

/** The exchanges of a transcript file, in order. */
export const readTranscript = (file: string): Exchange[] =>
  readFileSync(file, 'utf8')
    .replaceAll('\r', '')
    .split(/^-{40,}$/m)
    .flatMap((text) => readExchange(text) ?? [])

const ELIDED = /\n\[\.\.\. (\d+) of \d+ body characters elided by the recorder; \d+ messages \.\.\.\]\n/

/** A body that was cut inside a run of the digits 0-9 repeated, with the run put back; other cut bodies are `null`. */
export function wholeBody(body: string): string | null {
  const match = ELIDED.exec(body)
  if (!match) return body
  const before = body.slice(0, match.index)
  const after = body.slice(match.index + match[0].length)
  if (!/\d{20}$/.test(before) || !/^\d{5}/.test(after)) return null
  const next = Number(before.at(-1)) + 1
  const run = Array.from({ length: Number(match[1]) }, (_, index) => (next + index) % 10).join('')
  return before + run + after
}
