import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AppWorld, type Client, openAppWorld, PATIENCE_MS } from '../support/app-world.ts'

/** Every page in light and dark, at a large and a small size: pictures to look at, and nothing that sticks out or fails. */
let world: AppWorld
/** The account with the most to show. */
let fullest: string
beforeAll(async () => {
  world = await openAppWorld({ accounts: 3_000 })
  const [account] = await world.sql<{ company: string }>(
    `select company from accounts a where workspace_id = $1 and opportunity is not null and company ~ '^[A-Za-z ]+$'
      and (select count(*) from accounts b where b.company like '%' || a.company || '%') = 1
      order by (select count(*) from notes where account_id = a.id) * (select count(*) from contacts where account_id = a.id)
        * (select count(*) from tasks where account_id = a.id) * (select count(*) from meetings where account_id = a.id) desc, id
      limit 1`,
    [world.backend.workspaceId],
  )
  fullest = account?.company ?? ''
}, 120_000)
afterAll(() => world?.close())

const SIZES = { large: { width: 1440, height: 900 }, small: { width: 1024, height: 700 } } as const

/** Elements that reach past the window's right edge, by class name. */
const stickingOut = (app: Client): Promise<string[]> =>
  app.page.evaluate(() =>
    [...document.querySelectorAll('body *')]
      .filter((element) => {
        const box = element.getBoundingClientRect()
        return box.width > 0 && box.height > 0 && box.right > window.innerWidth + 1
      })
      .map((element) => element.className.toString()),
  )

/**
 * Warnings and errors of the app's log, from its start on. The page's console is in it: a style or script that the page's
 * policy refuses, a file that is not there.
 */
const logged = (name: string): string[] =>
  readFileSync(join(world.dir, name, 'app/logs/main.log'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !/"level":(10|20|30),/.test(line))

for (const [size, viewport] of Object.entries(SIZES))
  for (const colorScheme of ['light', 'dark'] as const)
    test(`${size}, ${colorScheme}`, async () => {
      const app = await world.open(`${size}-${colorScheme}`, 'manager', { viewport, colorScheme })
      const problems: string[] = []
      app.page.on('pageerror', (error) => problems.push(error.message))
      const { page } = app
      const look = async (name: string): Promise<void> => {
        await page.mouse.move(0, 0)
        await page.waitForFunction(() => document.getAnimations().every((one) => one.playState !== 'running'))
        await app.picture(`looks-${name}-${size}-${colorScheme}`)
        expect(await stickingOut(app), name).toEqual([])
      }
      const visible = (testId: string) =>
        expect.poll(() => page.getByTestId(testId).first().isVisible(), { timeout: PATIENCE_MS }).toBe(true)

      await app.upToDate()
      await visible('row')
      await look('my-accounts')
      await app.allAccounts()
      await app.totalIs(3_000)
      await page.getByTestId('facet-status').click()
      await expect.poll(() => page.getByRole('option').count(), { timeout: PATIENCE_MS }).toBeGreaterThan(3)
      await look('facet')
      await page.keyboard.press('Escape')
      await app.search(fullest)
      await app.totalIs(1)
      await page.getByTestId('row').first().click()
      await visible('detail-title')
      await visible('section-notes')
      await look('detail')
      await page.getByTestId('detail-edit').click()
      await visible('record-dialog')
      await look('edit')
      await page.keyboard.press('Escape')
      await page.getByTestId('detail-close').click()
      await app.search('')
      for (const name of ['contacts', 'tasks']) {
        await page.getByTestId(`nav-${name}`).click()
        await visible('row')
        await look(name)
      }
      await page.getByTestId('nav-attention').click()
      await look('attention')
      await page.getByTestId('nav-import').click()
      await visible('import-choose')
      await look('import')
      await page.getByTestId('nav-settings').click()
      await visible('settings-gateway')
      await look('settings')
      await page.getByTestId('status-pill').click()
      await visible('status-detail')
      await look('status')
      expect(problems).toEqual([])
      await app.close()
      expect(logged(`${size}-${colorScheme}`)).toEqual([])
    })
