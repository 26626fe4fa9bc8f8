import { readFile, rm, writeFile } from 'node:fs/promises'
import pg from 'pg'
import { z } from 'zod'
import { migrate } from '../../db/postgres/migrate.ts'
import { loadDemo } from '../demo/load.ts'

export type Progress = (step: string, done: number, total: number) => void

export interface DemoSource {
  readonly seed: number
  readonly accounts: number
  readonly companiesFile?: string
  /** Epoch ms of the demo's "now". */
  readonly epochMs: number
}

const DATABASE = 'outpost'

/** Written once the demo is complete: a start that finds none makes the database anew. */
const marker = z.object({ source: z.string(), workspaceId: z.uuid(), otherWorkspaceId: z.uuid() })
export type DemoMarker = z.infer<typeof marker>

const describe = ({ seed, accounts, companiesFile }: DemoSource): string =>
  companiesFile === undefined ? `${accounts} made-up accounts, seed ${seed}` : `the companies of ${companiesFile}`

const readMarker = async (file: string): Promise<DemoMarker | null> => {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  return text === null ? null : marker.parse(JSON.parse(text))
}

/** Drops what an unfinished first start left, and makes the database empty. */
const recreate = async (serverUrl: string): Promise<void> => {
  const admin = new pg.Client({ connectionString: serverUrl })
  await admin.connect()
  try {
    await admin.query(
      'select pg_drop_replication_slot(slot_name) from pg_replication_slots where database = $1 and not active',
      [DATABASE],
    )
    await admin.query(`drop database if exists ${DATABASE} with (force)`)
    await admin.query(`create database ${DATABASE}`)
  } finally {
    await admin.end()
  }
}

/**
 * The demo's database, migrated to the newest schema; at the first start it is made and filled.
 *
 * @param serverUrl superuser's URL of the embedded Postgres
 * @param markerFile beside the data: says what the database was filled with
 * @param shapesDir what was derived from the database; removed with it when it is made anew
 * @throws Error in words when the data directory holds another demo than the one asked for
 */
export const openDemoDatabase = async (
  serverUrl: string,
  markerFile: string,
  shapesDir: string,
  source: DemoSource,
  onProgress: Progress,
): Promise<DemoMarker & { readonly url: string }> => {
  const url = new URL(serverUrl)
  url.pathname = `/${DATABASE}`
  const existing = await readMarker(markerFile)
  if (existing) {
    if (existing.source !== describe(source))
      throw new Error(
        `This data directory holds another demo (${existing.source}, not ${describe(source)}). Choose another directory or start afresh.`,
      )
    onProgress('Migrations', 0, 0)
    await migrate(url.href)
    return { ...existing, url: url.href }
  }
  await recreate(serverUrl)
  await rm(shapesDir, { recursive: true, force: true })
  onProgress('Migrations', 0, 0)
  await migrate(url.href)
  const demo = await loadDemo({ ...source, databaseUrl: url.href, onProgress })
  const made: DemoMarker = { source: describe(source), workspaceId: demo.main.id, otherWorkspaceId: demo.other.id }
  await writeFile(markerFile, JSON.stringify(made))
  return { ...made, url: url.href }
}
