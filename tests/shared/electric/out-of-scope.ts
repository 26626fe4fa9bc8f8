/** Exchanges that the embedded endpoint doesn't answer alike, by file and number (none = the whole file), and why. */
export const OUT_OF_SCOPE: readonly {
  readonly file: string
  readonly exchanges?: readonly number[]
  readonly reason: string
}[] = [
  { file: '14-errors-400', exchanges: [14], reason: 'subqueries: the gateway pins columns of the one table' },
  {
    file: '14-errors-400',
    exchanges: [15],
    reason: 'IN, ILIKE, > and @> are outside the grammar: they answer 400 here',
  },
  { file: '15-offset-out-of-bounds', exchanges: [3], reason: 'server-sent events' },
  { file: '17-params', exchanges: [9], reason: '= ANY is outside the grammar: it answers 400 here' },
  { file: '20-sse', reason: 'server-sent events: the client uses long polls only' },
  { file: '20b-sse-resume', reason: 'server-sent events' },
  { file: '21-subset', reason: 'subset__ parameters and log=changes_only: the client syncs whole shapes' },
  { file: '22-chunked-60k', reason: 'bodies cut by the recorder; chunking is compared in 22b' },
  {
    file: '23-big-transaction',
    reason: 'bodies cut by the recorder; a chunk end within a transaction is compared in 22b',
  },
  { file: '22b-small-chunks', exchanges: [17], reason: 'server-sent events' },
  { file: '24-truncate', exchanges: [2], reason: 'server-sent events' },
  {
    file: '29-restart',
    reason: 'about the process; restarts are tested by themselves, and waiting clients are cut at once',
  },
  { file: '30-subquery-where', reason: 'subqueries' },
  { file: '31-postgres-down', reason: 'about the process; tested by itself, with a message of our own' },
  { file: '34-where-support', reason: 'a table of clauses without exchanges; most are outside the grammar' },
  { file: '35-odd-relations', exchanges: [5, 6], reason: 'partitioned tables: there are none in the schema' },
  {
    file: '35-odd-relations',
    exchanges: [9],
    reason: 'the rows of accounts at that time are cut by the recorder',
  },
  { file: '35-odd-relations', exchanges: [10, 11], reason: 'unlogged and system tables answer 400 here, not 500' },
  { file: '36-overload-503', reason: 'no limit of concurrent requests: the gateway in front has its own' },
  { file: '37-max-shapes-expiry', reason: 'least-recently-used removal is by count at creation, not by a timer' },
  { file: '40-tsclient-longpoll', reason: 'a log of the official client, which is run against the endpoint by itself' },
  { file: '41-tsclient-sse', reason: 'server-sent events' },
  { file: '42-tsclient-changes-only', reason: 'log=changes_only' },
]

export const isOutOfScope = (file: string, exchange?: number): boolean =>
  OUT_OF_SCOPE.some(
    (entry) =>
      entry.file === file && (!entry.exchanges || (exchange !== undefined && entry.exchanges.includes(exchange))),
  )
