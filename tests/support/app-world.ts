import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { type LaunchOptions, launchStandIn, type StandIn } from '../../hosts/launch.ts'
import { type Backend, type BackendOptions, startBackend } from '../../server/embedded/backend.ts'
import { openTempRoot } from './temp-root.ts'

const root = path.resolve(import.meta.dirname, '../..')
const pictures = path.join(root, 'test-results/screenshots')

/** Longest wait for something to show, in milliseconds: generous, since machines are shared. */
export const PATIENCE_MS = 45_000

/** How a person would drive one started app. */
export type Client = StandIn & {
  readonly page: Page
  /** Waits until the status pill says that everything is here and nothing waits. */
  upToDate(): Promise<void>
  statusIs(state: string): Promise<void>
  /** Opens a list with every row of the entity: its "All …" view, no filters. */
  allAccounts(): Promise<void>
  /** What the list says it holds. */
  total(): Promise<number>
  totalIs(total: number): Promise<void>
  search(text: string): Promise<void>
  /** Ticks values of a facet by their label, and answers the count beside each ticked one. */
  filter(field: string, labels: readonly string[]): Promise<void>
  /** Every value of a facet with the count beside it. */
  facet(field: string): Promise<Record<string, number>>
  /** Saves what the window shows under test-results/screenshots. */
  picture(name: string): Promise<void>
}

export interface AppWorld {
  readonly backend: Backend
  readonly dir: string
  sql<T extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<T[]>
  /** Starts an app as a member; the same `name` finds the same data folder again. */
  open(name: string, who?: string, options?: ClientOptions): Promise<Client>
  /** Starts an app as a person who installed it does: no token, and its data where the app puts it, below a folder of that name. */
  openUnsigned(name: string): Promise<Client>
  close(): Promise<void>
}

export interface ClientOptions {
  readonly viewport?: { readonly width: number; readonly height: number }
  readonly colorScheme?: 'light' | 'dark'
}

const count = (text: string): number => Number(text.replace(/[^\d]/g, ''))

const drive = (app: StandIn & { page: Page }): Client => {
  const { page } = app
  const totalOf = page.getByTestId('list-total')
  const total = async (): Promise<number> => Number((await totalOf.getAttribute('data-total')) ?? '-1')
  const closePopover = async (): Promise<void> => {
    await page.keyboard.press('Escape')
    await expect.poll(() => page.getByRole('option').count(), { timeout: PATIENCE_MS }).toBe(0)
  }
  const state = (): Promise<string | null> => page.getByTestId('status-pill').getAttribute('data-state-name')
  return {
    ...app,
    total,
    upToDate: () => expect.poll(state, { timeout: PATIENCE_MS }).toBe('up_to_date'),
    statusIs: (wanted) => expect.poll(state, { timeout: PATIENCE_MS }).toBe(wanted),
    totalIs: (wanted) => expect.poll(total, { timeout: PATIENCE_MS }).toBe(wanted),
    allAccounts: async () => {
      await page.getByTestId('nav-accounts').click()
      await page.getByTestId('view-all').click()
    },
    search: async (text) => {
      await page.getByTestId('search').fill(text)
    },
    filter: async (field, labels) => {
      await page.getByTestId(`facet-${field}`).click()
      for (const label of labels) await page.getByRole('option').filter({ hasText: label }).first().click()
      await closePopover()
    },
    facet: async (field) => {
      await page.getByTestId(`facet-${field}`).click()
      const options = page.getByRole('option')
      await expect.poll(() => options.count(), { timeout: PATIENCE_MS }).toBeGreaterThan(0)
      const texts = await options.allInnerTexts()
      await closePopover()
      return Object.fromEntries(
        texts.map((text) => {
          const lines = text.split('\n').filter((line) => line.trim() !== '')
          return [lines[0] ?? '', count(lines.at(-1) ?? '')]
        }),
      )
    },
    picture: async (name) => {
      mkdirSync(pictures, { recursive: true })
      await page.screenshot({ path: path.join(pictures, `${name}.png`) })
    },
  }
}

/** A backend with the demo workspace, and apps on it in the stand-in host. `close` ends and removes all of it. */
export const openAppWorld = async (options: Partial<BackendOptions> = {}): Promise<AppWorld> => {
  const dir = openTempRoot()
  const backend = await startBackend({ dataDir: path.join(dir, 'backend'), durable: false, ...options })
  const pool = new pg.Pool({ connectionString: backend.postgresUrl, max: 2 })
  pool.on('error', () => {})
  const clients = new Set<Client>()
  const launch = async (args: readonly string[], options: Partial<LaunchOptions>): Promise<Client> => {
    const app = await launchStandIn({
      entry: path.join(root, 'out/main/index.js'),
      args: ['--gateway', backend.gatewayUrl, '--workspace', backend.workspaceId, ...args],
      headless: true,
      ...options,
    })
    const client = drive(app)
    clients.add(client)
    app.exited.then(() => clients.delete(client))
    return client
  }
  return {
    backend,
    dir,
    sql: async <T extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) =>
      (await pool.query<T>(text, [...values])).rows,
    open: async (name, who = 'manager', { viewport = { width: 1440, height: 900 }, colorScheme = 'light' } = {}) => {
      const data = path.join(dir, name)
      mkdirSync(data, { recursive: true })
      const token = path.join(data, 'token')
      writeFileSync(token, await backend.tokenFor(who), { mode: 0o600 })
      return launch(['--token-file', token, '--data', data], { viewport, colorScheme })
    },
    openUnsigned: (name) =>
      launch([], { userData: path.join(dir, name), viewport: { width: 1440, height: 900 }, colorScheme: 'light' }),
    close: async () => {
      for (const client of clients) await client.kill()
      await pool.end()
      await backend.stop()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
