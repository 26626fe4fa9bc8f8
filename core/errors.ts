/**
 * The closed set of error codes and what each says to the person at the screen. Every failure that crosses a
 * process, worker, wire or disk boundary is an `AppError`: a code, words, and safe context, never a stack.
 */
export const ERROR_TEXT = {
  offline: 'No connection to the server. Your work is kept on this computer and sent when the connection returns.',
  not_gateway: 'Something between this computer and the server answered in its place (a sign-in page or a proxy).',
  signed_out: 'Your sign-in has expired. Sign in again; nothing that you changed is lost.',
  no_access: 'You no longer have access to this workspace.',
  update_needed: 'This version is too old for the server. Update Outpost to go on syncing.',
  server_busy: 'The server is busy. Trying again by itself.',
  invalid_request: 'The request was not understood.',
  invalid_input: 'Some of the values are not valid.',
  not_found: 'That record is not here.',
  conflict: 'Somebody else changed the same field first.',
  forbidden: 'You are not allowed to do that.',
  id_taken: 'A record with this id already exists.',
  id_reused: 'This edit was already sent with other contents: the data folder may have been copied.',
  removed_elsewhere: 'The record was removed by somebody else.',
  depends_on_refused: 'It depends on a record that the server refused.',
  unknown_field: 'The server does not know one of these fields.',
  key_missing: 'The key of the local database cannot be read. The files are kept as they are.',
  database_damaged: 'A local database file is damaged.',
  outbox_damaged:
    'The file with your unsent changes is damaged. It is kept as it is; choose whether to restore the last backup.',
  outbox_moved: 'The file with your unsent changes was moved away. It was written again; nothing is lost.',
  replica_damaged: 'The local copy of the workspace was damaged. It is fetched again; your own changes are kept.',
  database_from_future: 'The local database was made by a newer version of Outpost.',
  unsent_edits: 'There are edits on this computer that did not reach the server.',
  disk_full: 'The disk is full. Free some space; nothing that was saved is lost.',
  disk_failing: 'The disk could not be read or written just now. Trying again by itself.',
  disk_read_only: 'The disk or the data folder is read-only, so nothing can be saved.',
  already_running: 'Outpost is already running with this data folder.',
  not_utf8: 'The file is not UTF-8 text. Save it as CSV UTF-8 and choose it again.',
  not_csv: 'The file could not be read as CSV.',
  file_unreadable: 'The file cannot be opened.',
  cancelled: 'Cancelled.',
  timeout: 'It took too long and was stopped.',
  internal: 'Something went wrong inside Outpost.',
} as const satisfies Record<string, string>

export type ErrorCode = keyof typeof ERROR_TEXT

export interface AppError {
  readonly code: ErrorCode
  readonly message: string
  /** Safe to log and show: field names, counts, ids; never values that a user typed. */
  readonly context?: Readonly<Record<string, string | number | boolean | null>>
}

/** Makes an `AppError`; `message` defaults to the words of its code. */
export const appError = (code: ErrorCode, message?: string, context?: AppError['context']): AppError => ({
  code,
  message: message ?? ERROR_TEXT[code],
  ...(context ? { context } : {}),
})

/** An `AppError` that can be thrown inside one process; the boundary turns it back into data with `toAppError`. */
export class OutpostError extends Error {
  readonly error: AppError
  constructor(code: ErrorCode, message?: string, context?: AppError['context'], cause?: unknown) {
    super(message ?? ERROR_TEXT[code], cause === undefined ? undefined : { cause })
    this.name = 'OutpostError'
    this.error = appError(code, message, context)
  }
}

/** Whatever was thrown, as data. Unknown errors become `internal` with their message. */
export const toAppError = (thrown: unknown): AppError =>
  thrown instanceof OutpostError
    ? thrown.error
    : appError('internal', thrown instanceof Error ? thrown.message : String(thrown))

/** The `AppError` of another process or worker, to be thrown on this side. */
export const fromAppError = (error: AppError): OutpostError =>
  new OutpostError(error.code, error.message, error.context)
