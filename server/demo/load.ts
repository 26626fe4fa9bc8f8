import pg from 'pg'
import { ENTITY_NAMES, type EntityName } from '../../core/model/entities.ts'
import type { Row } from '../../core/model/field.ts'
import { accountRow } from './accounts.ts'
import { contactRow, meetingRow, noteRow, taskRow } from './children.ts'
import { type KnownCompany, readCompanies } from './companies-file.ts'
import { copyRows } from './copy.ts'
import { importJobRows, savedViewRows } from './extras.ts'
import { DEMO_ACCOUNTS, type Sizes, sizesFor } from './sizes.ts'
import { type DemoWorkspace, mainWorkspace, otherWorkspace } from './workspace.ts'

export interface DemoOptions {
  /** Of a superuser: triggers and foreign keys are off while loading. */
  readonly databaseUrl: string
  readonly seed: number
  /** Epoch ms of the demo's "now"; the same seed and epoch give the same rows. */
  readonly epochMs: number
  /** Accounts of the first workspace; its other rows follow in proportion. Default 50,000. */
  readonly accounts?: number
  /** A CSV file to take the companies from, one account a row; `accounts` is its length then. */
  readonly companiesFile?: string
  readonly onProgress?: (step: string, done: number, total: number) => void
}

export interface Demo {
  readonly main: DemoWorkspace
  readonly other: DemoWorkspace
  readonly sizes: Sizes
}

const OTHER_ACCOUNTS = 800
const CHILD_ROWS = { contacts: contactRow, tasks: taskRow, meetings: meetingRow, notes: noteRow } as const

function* rowsOf(count: number, make: (index: number) => Row): Generator<Row> {
  for (let index = 0; index < count; index += 1) yield make(index)
}

const loadMembers = async (client: pg.Client, workspace: DemoWorkspace): Promise<void> => {
  const { members, epochMs } = workspace
  await client.query('insert into users (id, email) select * from unnest($1::text[], $2::text[])', [
    members.map(({ userId }) => userId),
    members.map(({ email }) => email),
  ])
  const stamps = { version: 1, created_at: epochMs, updated_at: epochMs }
  const { id, name, currency, timeZone } = workspace
  await copyRows(client, 'workspaces', null, [{ id, name, currency, time_zone: timeZone, ...stamps }])
  const rows = members.map((member) => ({
    id: member.id,
    user_id: member.userId,
    role: member.role,
    display_name: member.name,
    email: member.email,
    ...stamps,
  }))
  await copyRows(client, 'workspace_members', id, rows)
}

const loadWorkspace = async (
  client: pg.Client,
  workspace: DemoWorkspace,
  sizes: Sizes,
  known: readonly KnownCompany[] | null,
  onRows: (entity: EntityName, done: number, total: number) => void,
): Promise<void> => {
  const copy = (entity: EntityName, total: number, rows: Iterable<Row>) =>
    copyRows(client, entity, workspace.id, rows, (done) => onRows(entity, done, total))
  await loadMembers(client, workspace)
  await copy(
    'accounts',
    sizes.accounts,
    rowsOf(sizes.accounts, (index) => accountRow(workspace, index, known?.[index])),
  )
  for (const entity of ['contacts', 'tasks', 'meetings', 'notes'] as const) {
    const make = CHILD_ROWS[entity]
    await copy(
      entity,
      sizes[entity],
      rowsOf(sizes[entity], (index) => make(workspace, index, { count: sizes.accounts, known })),
    )
  }
  await copy('saved_views', 4, savedViewRows(workspace))
  await copy('import_jobs', 1, importJobRows(workspace))
}

/**
 * Fills an empty, migrated database with the demo: the main workspace and a smaller other one. All or nothing; rows are streamed, so
 * memory does not grow with their number.
 *
 * @throws when the database already holds a workspace, when the file has no company names, and what Postgres says
 */
export const loadDemo = async (options: DemoOptions): Promise<Demo> => {
  const { seed, epochMs, onProgress = () => {} } = options
  const known = options.companiesFile === undefined ? null : await readCompanies(options.companiesFile)
  const sizes = sizesFor(known?.length ?? options.accounts ?? DEMO_ACCOUNTS)
  const demo = { main: mainWorkspace(seed, epochMs), other: otherWorkspace(seed, epochMs), sizes }
  const client = new pg.Client({ connectionString: options.databaseUrl })
  await client.connect()
  try {
    await client.query(
      "begin; set local session_replication_role = replica; set local synchronous_commit = on; set local timezone = 'UTC'",
    )
    const { rowCount } = await client.query('select from workspaces limit 1')
    if (rowCount) throw new Error('The database already holds a workspace.')
    await loadWorkspace(client, demo.main, sizes, known, onProgress)
    await loadWorkspace(client, demo.other, sizesFor(Math.min(OTHER_ACCOUNTS, sizes.accounts)), null, () => {})
    await client.query('commit')
    await client.query(`analyze ${[...ENTITY_NAMES].join(', ')}`)
  } finally {
    await client.end()
  }
  return demo
}
