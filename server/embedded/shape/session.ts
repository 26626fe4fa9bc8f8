import pg from 'pg'

/** Every session that reads values must print them alike: snapshot and log are compared as text. */
const OPTIONS = [
  'timezone=UTC',
  'datestyle=ISO,MDY',
  'intervalstyle=iso_8601',
  'bytea_output=hex',
  'extra_float_digits=1',
  'client_encoding=UTF8',
  'statement_timeout=0',
  'idle_in_transaction_session_timeout=0',
]
  .map((setting) => `-c ${setting}`)
  .join(' ')

/** A connection with those settings; `replication` makes it a walsender's. The caller connects and ends it. */
export function newClient(databaseUrl: string, purpose: 'query' | 'replication' = 'query'): pg.Client {
  const client = new pg.Client({
    connectionString: databaseUrl,
    options: OPTIONS,
    application_name: 'outpost-shapes',
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    ...(purpose === 'replication' ? { replication: 'database' } : {}),
  } as pg.ClientConfig)
  client.on('error', () => {})
  return client
}
