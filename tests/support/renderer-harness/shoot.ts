import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type Page } from 'playwright-core'
import { build, preview } from 'vite'
import { findBrowser } from '../../../hosts/find-browser.ts'

/** Takes pictures of the renderer in the harness: `node shoot.ts [name…]`. They land in out/screenshots. */
const root = fileURLToPath(new URL('../../../', import.meta.url))
const folder = join(root, 'out/screenshots')
const configFile = fileURLToPath(new URL('./vite.config.ts', import.meta.url))

interface Shot {
  readonly name: string
  readonly scene?: string
  readonly hash?: string
  readonly accounts?: number
  act?(page: Page): Promise<void>
}

const openFirst = async (page: Page): Promise<void> => {
  await page.getByTestId('row').nth(3).click()
  await page.getByTestId('detail-title').waitFor()
}

const shots: readonly Shot[] = [
  { name: 'accounts' },
  { name: 'all', act: (page) => page.getByTestId('view-all').click() },
  {
    name: 'facet',
    act: async (page) => {
      await page.getByTestId('view-all').click()
      await page.getByTestId('facet-status').click()
      await page.getByRole('option', { name: 'Negotiation' }).click()
      await page.getByRole('option', { name: 'Proposal' }).click()
    },
  },
  {
    name: 'search',
    act: async (page) => {
      await page.getByTestId('view-all').click()
      await page.getByTestId('search').fill('north')
    },
  },
  { name: 'detail', act: openFirst },
  {
    name: 'selected',
    act: async (page) => {
      await page.getByTestId('row').nth(2).locator('.grid-box').click()
      await page
        .getByTestId('row')
        .nth(7)
        .locator('.grid-box')
        .click({ modifiers: ['Shift'] })
    },
  },
  {
    name: 'create',
    act: async (page) => {
      await page.getByTestId('new-account').click()
      await page.getByTestId('save').click()
    },
  },
  {
    name: 'delete',
    act: async (page) => {
      await openFirst(page)
      await page.getByTestId('detail-delete').click()
    },
  },
  {
    name: 'toast',
    act: async (page) => {
      await openFirst(page)
      await page.getByTestId('quick-status').click()
      await page.getByRole('option').nth(2).click()
    },
  },
  { name: 'contacts', hash: '#/contacts' },
  { name: 'tasks', hash: '#/tasks', act: (page) => page.getByTestId('view-all').click() },
  { name: 'attention', scene: 'attention', hash: '#/attention' },
  { name: 'import', hash: '#/import' },
  {
    name: 'import-preview',
    hash: '#/import',
    act: (page) => page.getByTestId('import-choose').click(),
  },
  { name: 'settings', hash: '#/settings' },
  { name: 'offline', scene: 'offline', act: (page) => page.getByTestId('status-pill').click() },
  { name: 'syncing', scene: 'syncing' },
  { name: 'first', scene: 'first' },
  { name: 'empty', scene: 'empty', accounts: 0, act: (page) => page.getByTestId('view-all').click() },
  {
    name: 'nothing',
    act: async (page) => {
      await page.getByTestId('search').fill('zzzzqqq')
    },
  },
]

const wanted = process.argv.slice(2)
const executablePath = findBrowser()
if (!executablePath) throw new Error('no Chromium found')
mkdirSync(folder, { recursive: true })
await build({ configFile, logLevel: 'warn' })
const server = await preview({ configFile, preview: { port: 0, host: '127.0.0.1' }, logLevel: 'warn' })
const url = server.resolvedUrls?.local[0]
if (!url) throw new Error('the preview server has no address')
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
const seen = new Set<string>()
for (const shot of shots.filter(({ name }) => wanted.length === 0 || wanted.includes(name)))
  for (const theme of ['light', 'dark'])
    for (const [width, height] of [
      [1440, 900],
      [1024, 700],
    ] as const) {
      const page = await browser.newPage({ viewport: { width, height }, locale: 'en-US' })
      const say = (text: string): void => {
        if (!seen.has(text)) console.log(`  ${shot.name}: ${text}`)
        seen.add(text)
      }
      page.on('console', (message) => ['error', 'warning'].includes(message.type()) && say(message.text()))
      page.on('pageerror', (error) => say(error.stack ?? error.message))
      const query = new URLSearchParams({
        theme,
        scene: shot.scene ?? 'calm',
        accounts: String(shot.accounts ?? 8_000),
      })
      await page.goto(`${url}?${query}${shot.hash ?? ''}`)
      await page.getByTestId('status-pill').waitFor()
      if ((!shot.hash || /contacts|tasks/.test(shot.hash)) && shot.scene !== 'first' && shot.scene !== 'empty')
        await page.locator('[data-testid=row][data-id]').first().waitFor()
      await shot.act?.(page)
      await page.waitForTimeout(450)
      await page.screenshot({ path: join(folder, `${shot.name}-${theme}-${width}.png`) })
      await page.close()
    }
await browser.close()
await server.close()
