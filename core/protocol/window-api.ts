import { z } from 'zod'
import { ENTITY_NAMES, type EntityName } from '../model/entities.ts'
import { listSpec } from '../query/spec.ts'
import type { Result } from '../result.ts'
import { editInput, values } from './edit.ts'
import { type History, historyAnswer } from './gateway.ts'
import { type OutboxEntry, outboxEntry, type Receipt, receipt, type ShownRecord, shownRecord } from './outbox.ts'
import type { WindowRow } from './query-worker.ts'
import { type SyncStatus, syncStatus } from './status.ts'

/**
 * The one typed object of the renderer, `window.outpost`: every method by name with the schema of its parameters. Main
 * parses them, answers some itself and hands the rest to the sync process (`SYNC_METHODS`).
 */
const recordKey = z.strictObject({ entity: z.enum(ENTITY_NAMES), id: z.uuid() })
const none = z.strictObject({})

/** How CSV columns map to fields: header → column of the entity, or null to leave it out. */
export const csvMapping = z.record(z.string(), z.string().nullable())
export type CsvMapping = z.infer<typeof csvMapping>
const importTarget = z.enum(['accounts', 'contacts', 'tasks'])

/** Methods that the sync process answers. */
export const SYNC_METHODS = {
  'status.get': none,
  'session.get': none,
  'members.list': none,
  'edits.submit': z.strictObject({ edits: z.array(editInput).min(1).max(10_000), group: z.boolean().default(false) }),
  'edits.undo': z.strictObject({ ids: z.array(z.uuid()).min(1).max(10_000) }),
  'record.get': recordKey,
  'account.detail': z.strictObject({ id: z.uuid() }),
  'views.list': none,
  /**
   * The first rows of a list out of the rows on disk, for a list whose columns are still being loaded. `today`: the user's
   * calendar day, days since 1970-01-01.
   */
  'list.first': z.strictObject({ spec: listSpec, today: z.number().int(), count: z.number().int().min(1).max(200) }),
  'outbox.list': none,
  'outbox.resend': z.strictObject({ id: z.uuid(), values: values.optional() }),
  'outbox.discard': z.strictObject({ id: z.uuid() }),
  /** Restores what somebody else removed under a refused edit, and sends the edit again behind it. */
  'outbox.bringBack': z.strictObject({ id: z.uuid() }),
  /** Newest first; `before`: the `seq` of the last one of the page before. */
  'receipts.list': z.strictObject({
    before: z.number().int().nullable().default(null),
    limit: z.number().int().min(1).max(1_000).default(100),
  }),
  'receipts.export': none,
  /** Compares every record with the server; `repair` fetches anew what differs, and compares again. */
  'verify.run': z.strictObject({ repair: z.boolean().default(false) }),
  'history.get': recordKey,
  'sync.wake': none,
  'import.preview': z.strictObject({
    file: z.string(),
    entity: importTarget.default('accounts'),
    mapping: csvMapping.optional(),
  }),
  'import.start': z.strictObject({ file: z.string(), entity: importTarget.default('accounts'), mapping: csvMapping }),
  'import.cancel': z.strictObject({ job: z.uuid() }),
  'import.undo': z.strictObject({ job: z.uuid() }),
  'import.list': none,
} as const

/**
 * Methods that main answers itself. `import.choose`, `session.chooseTokenFile` and `receipts.save` open a file dialog; what
 * they choose is read and written by main. `query.port` asks for a new line between the
 * query worker and the sync process: the port arrives as a window message, now and after each restart of the sync process.
 */
export const MAIN_METHODS = {
  'query.port': none,
  'app.info': none,
  'app.showLog': none,
  'app.setTheme': z.strictObject({ theme: z.enum(['system', 'light', 'dark']) }),
  'import.choose': none,
  /** Signs in with a pasted token of the member whose data is here. */
  'session.signIn': z.strictObject({ token: z.string().min(1).max(20_000) }),
  'session.chooseTokenFile': none,
  /** Forgets the token; the data and the unsent edits stay. */
  'session.signOut': none,
  'receipts.save': none,
  /** Removes this member's data from this computer. `unsent`: how many edits the person agreed to lose, at most. */
  'data.remove': z.strictObject({ unsent: z.number().int().min(0) }),
} as const

export type SyncMethod = keyof typeof SYNC_METHODS
export type MainMethod = keyof typeof MAIN_METHODS
export type Method = SyncMethod | MainMethod

/** What a method takes; defaults may be left out. */
export type Params<M extends Method> = M extends SyncMethod
  ? z.input<(typeof SYNC_METHODS)[M]>
  : M extends MainMethod
    ? z.input<(typeof MAIN_METHODS)[M]>
    : never

export const session = z.object({
  workspace: z.object({ id: z.uuid(), name: z.string(), currency: z.string(), timeZone: z.string() }),
  member: z.object({ id: z.uuid(), name: z.string(), email: z.string(), role: z.enum(['admin', 'manager', 'rep']) }),
  gateway: z.string(),
  dataDir: z.string(),
})
export type Session = z.infer<typeof session>

export const appInfo = z.object({
  version: z.string(),
  host: z.string(),
  logPath: z.string(),
  dataDir: z.string(),
  gateway: z.string(),
  platform: z.string(),
})
export type AppInfo = z.infer<typeof appInfo>

export const member = z.object({ id: z.uuid(), name: z.string(), email: z.string(), role: z.string() })
export type Member = z.infer<typeof member>

/** An account with what hangs on it, each with its mark, newest first (meetings by start, tasks by due date). */
export const accountDetail = z.object({
  account: shownRecord,
  contacts: z.array(shownRecord),
  tasks: z.array(shownRecord),
  meetings: z.array(shownRecord),
  notes: z.array(shownRecord),
})
export type AccountDetail = z.infer<typeof accountDetail>

export const rejectedRow = z.object({ line: z.number().int(), reason: z.string(), cells: z.array(z.string()) })
export type RejectedRow = z.infer<typeof rejectedRow>

/** What an import would do, before anything is written: the mapping, and the first 20 rows as they would be stored. */
export const importPreview = z.object({
  file: z.string(),
  fileName: z.string(),
  bytes: z.number().int(),
  delimiter: z.string(),
  headers: z.array(z.string()),
  mapping: csvMapping,
  rows: z.array(z.object({ line: z.number().int(), values, problem: z.string().nullable() })),
  /** Fields that must be mapped and are not. */
  missing: z.array(z.string()),
})
export type ImportPreview = z.infer<typeof importPreview>

export const importProgress = z.object({
  job: z.uuid(),
  fileName: z.string(),
  entity: importTarget,
  state: z.enum(['running', 'done', 'cancelled', 'failed', 'undone']),
  bytesRead: z.number().int(),
  bytesTotal: z.number().int(),
  rows: z.number().int(),
  created: z.number().int(),
  rejectedCount: z.number().int(),
  /** The first 200 rejected rows. */
  rejected: z.array(rejectedRow),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
})
export type ImportProgress = z.infer<typeof importProgress>

/** What a comparison with the server found. */
export const verification = z.object({
  records: z.number().int(),
  differences: z.number().int(),
  entities: z.array(z.object({ entity: z.enum(ENTITY_NAMES), differences: z.number().int() })),
  /** Differences that a repair took away; null where none was asked for. */
  repaired: z.number().int().nullable(),
  /** Epoch ms. */
  at: z.number(),
})
export type VerificationAnswer = z.infer<typeof verification>

/** What each method answers inside its `Result`. */
export interface Answers {
  'status.get': SyncStatus
  'session.get': Session
  'members.list': Member[]
  /** The ids of the edits made, in order. `edits.undo` takes them back. */
  'edits.submit': { ids: string[]; groupId: string | null }
  'edits.undo': { cancelled: number; reversed: number }
  'record.get': ShownRecord
  'account.detail': AccountDetail
  'views.list': ShownRecord[]
  /** Null: this list has to wait for its columns (it searches, or names fields of other records, or its rows are not all here). */
  'list.first': { rows: readonly WindowRow[] } | null
  'outbox.list': OutboxEntry[]
  'outbox.resend': { id: string }
  'outbox.discard': { discarded: string[] }
  'outbox.bringBack': { id: string }
  /** `total`: how many there are on all pages. */
  'receipts.list': { receipts: Receipt[]; total: number }
  'receipts.export': { csv: string; count: number }
  'verify.run': VerificationAnswer
  'history.get': History
  'sync.wake': null
  'import.preview': ImportPreview
  'import.start': { job: string }
  'import.cancel': null
  'import.undo': { cancelled: number; reversed: number }
  'import.list': ImportProgress[]
  'query.port': null
  'app.info': AppInfo
  'app.showLog': null
  'app.setTheme': null
  'import.choose': { file: string; name: string } | null
  'session.signIn': null
  'session.chooseTokenFile': { signedIn: boolean }
  'session.signOut': null
  'receipts.save': { file: string; count: number } | null
  'data.remove': null
}

/** Records of one entity whose shown form changed. */
export interface RecordChanges {
  readonly entity: EntityName
  /** Null: more than are listed. */
  readonly ids: readonly string[] | null
}

/** What the sync process and main tell the renderer unasked. */
export interface Events {
  status: SyncStatus
  /** What changed, an entry an entity; open forms and details reload it. */
  records: { changes: readonly RecordChanges[] }
  outbox: { pending: number; needsAttention: number }
  import: ImportProgress
  /** A menu command or shortcut chosen outside the page. */
  command: { name: 'new-account' | 'import' | 'settings' | 'find' | 'needs-attention' }
}
export type EventName = keyof Events

/** `window.outpost`. Besides it, the preload posts `{type:'outpost:query-port'}` with one MessagePort to the window when asked by `query.port`, and again each time that the sync process restarts after that: the query worker's line. */
export interface OutpostApi {
  call<M extends Method>(method: M, params: Params<M>): Promise<Result<Answers[M]>>
  on<E extends EventName>(event: E, listener: (payload: Events[E]) => void): () => void
}

/** The window message that carries the query worker's port. */
export const QUERY_PORT_MESSAGE = 'outpost:query-port'

/** Schemas of answers that come from another process and are worth checking there. */
export const ANSWER_SCHEMAS = {
  'status.get': syncStatus,
  'session.get': session,
  'members.list': z.array(member),
  'record.get': shownRecord,
  'account.detail': accountDetail,
  'outbox.list': z.array(outboxEntry),
  'receipts.list': z.object({ receipts: z.array(receipt), total: z.number().int() }),
  'verify.run': verification,
  'history.get': historyAnswer,
  'import.preview': importPreview,
} as const
