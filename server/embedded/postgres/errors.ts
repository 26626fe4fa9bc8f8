export type PostgresErrorCode =
  | 'platform_unsupported'
  | 'no_unprivileged_user'
  | 'data_dir_unreachable'
  | 'data_dir_in_use'
  | 'port_in_use'
  | 'initdb_failed'
  | 'start_failed'

/** Why the embedded Postgres could not be started. The message is meant for the person at the terminal. */
export class EmbeddedPostgresError extends Error {
  readonly code: PostgresErrorCode
  constructor(code: PostgresErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'EmbeddedPostgresError'
    this.code = code
  }
}
