import { IdentifierError, parseIdentifier, parseTableName, splitOutsideQuotes, type TableName } from './identifier.ts'
import { type Offset, parseOffset } from './offset.ts'
import { invalid } from './request-error.ts'
import { parseWhere, type Where } from './where/parse.ts'
import { WhereError } from './where/where-error.ts'

/** What a client asks for, read from the query string alone; whether the table has it is checked later. */
export type ShapeSpec = {
  readonly table: TableName
  readonly where: Where | null
  readonly params: ReadonlyMap<number, string>
  /** Sorted; `null` = all columns. */
  readonly columns: readonly string[] | null
  readonly replica: 'default' | 'full'
}

export type ShapeRequest = {
  readonly spec: ShapeSpec
  readonly offset: Offset | 'start' | 'now'
  /** The offset as sent, for the etag. */
  readonly offsetText: string
  readonly handle: string | null
  readonly live: boolean
  readonly liveSse: boolean
  readonly cursor: number | null
}

/** Runs a parser of names or clauses and turns its complaint into a 400 for the parameter. */
function forParameter<T>(parameter: string, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    if (error instanceof IdentifierError || error instanceof WhereError) throw invalid(parameter, error.message)
    throw error
  }
}

const isOn = (value: string | null): boolean => value !== null && value !== 'false'

function readParams(query: URLSearchParams): Map<number, string> {
  const params = new Map<number, string>()
  for (const [name, value] of query) {
    if (name === 'params') throw invalid('params', 'is invalid')
    const match = /^params\[(.*)\]$/.exec(name)
    if (!match) continue
    if (!/^\d{1,5}$/.test(match[1] ?? ''))
      throw invalid('params', 'Parameters must be numbered sequentially, starting from 1')
    params.set(Number(match[1]), value)
  }
  for (let index = 1; index <= params.size; index += 1) {
    if (!params.has(index)) throw invalid('params', 'Parameters must be numbered sequentially, starting from 1')
  }
  return params
}

function readOffset(query: URLSearchParams): ShapeRequest['offset'] {
  const text = query.get('offset') ?? ''
  if (text === '') throw invalid('offset', "can't be blank")
  if (text === '-1') return 'start'
  if (text === 'now') return 'now'
  const offset = parseOffset(text)
  if (!offset) throw invalid('offset', 'has invalid format')
  return offset
}

/** The shape definition of a query string. Errors: `RequestError` 400. */
export function readSpec(query: URLSearchParams): ShapeSpec {
  const table = query.get('table') ?? ''
  if (table === '') throw invalid('table', "can't be blank")
  const replica = query.get('replica') ?? 'default'
  if (replica !== 'default' && replica !== 'full') throw invalid('replica', 'is invalid')
  const params = readParams(query)
  const columns = query.get('columns') ?? ''
  const where = query.get('where') ?? ''
  return {
    table: forParameter('table', () => parseTableName(table)),
    params,
    replica,
    columns:
      columns === ''
        ? null
        : forParameter('columns', () => [...new Set(splitOutsideQuotes(columns, ',').map(parseIdentifier))].sort()),
    where: where.trim() === '' ? null : forParameter('where', () => parseWhere(where)),
  }
}

function refuseUnsupported(query: URLSearchParams): void {
  const log = query.get('log') ?? 'full'
  if (log !== 'full' && log !== 'changes_only') throw invalid('log', 'is invalid')
  if (log === 'changes_only') throw invalid('log', 'changes_only is not supported by the embedded shape endpoint')
  for (const name of query.keys()) {
    if (name.startsWith('subset__')) throw invalid(name, 'is not supported by the embedded shape endpoint')
  }
}

/** Reads `GET /v1/shape`'s query string. Unknown parameters are ignored. Errors: `RequestError` 400, as Electric words them. */
export function readRequest(query: URLSearchParams): ShapeRequest {
  const offset = readOffset(query)
  const handle = query.get('handle') || null
  const live = isOn(query.get('live'))
  const liveSse = isOn(query.get('live_sse')) || isOn(query.get('experimental_live_sse'))
  if (typeof offset !== 'string' && !handle) throw invalid('handle', "can't be blank when offset != -1")
  if (live && offset === 'start') throw invalid('live', "can't be true when offset == -1")
  if (live && offset === 'now') throw invalid('live', "can't be true when offset is 'now'")
  if (liveSse && !live) throw invalid('live_sse', "can't be true unless live is also true")
  refuseUnsupported(query)
  const cursor = query.get('cursor') ?? ''
  return {
    spec: readSpec(query),
    offset,
    offsetText: query.get('offset') ?? '',
    handle,
    live,
    liveSse,
    cursor: /^\d{1,15}$/.test(cursor) ? Number(cursor) : null,
  }
}
