import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { build, type PreviewServer, preview } from 'vite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ensureBrowser } from '../../scripts/browser.ts'

/** The window alone, over a fake app and the real query worker: what needs no server to be seen. */
const configFile = fileURLToPath(new URL('../support/renderer-harness/vite.config.ts', import.meta.url))
const SCREENSHOTS = fileURLToPath(new URL('../../out/screenshots', import.meta.url))
let server: PreviewServer
let browser: Browser
let url = ''

beforeAll(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true })
  await build({ configFile, logLevel: 'silent' })
  server = await preview({ configFile, preview: { port: 0, host: '127.0.0.1' }, logLevel: 'silent' })
  url = server.resolvedUrls?.local[0] ?? ''
  browser = await chromium.launch({ executablePath: ensureBrowser(), args: ['--no-sandbox'] })
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await server?.close()
})

const open = async (scene: string, accounts: number, width = 1440, height = 900): Promise<Page> => {
  const page = await browser.newPage({ viewport: { width, height }, locale: 'en-US' })
  await page.goto(`${url}?scene=${scene}&accounts=${accounts}`)
  await page.getByTestId('view-all').click()
  await page.locator(`[data-testid=list-total][data-total="${accounts}"]`).waitFor({ timeout: 240_000 })
  await page.locator('#row-0[data-id]').waitFor()
  return page
}
const focusGrid = (page: Page): Promise<void> => page.getByRole('grid').focus()

test('the last of 1,000,000 rows is reachable by key and by scrollbar, and the first again', async () => {
  const page = await open('huge', 1_000_000)
  await focusGrid(page)
  await page.keyboard.press('End')
  const last = page.locator('#row-999999[data-id]')
  await last.waitFor()
  const seen = async () => {
    const [row, grid] = await Promise.all([last.boundingBox(), page.getByRole('grid').boundingBox()])
    return row !== null && grid !== null && row.y + row.height <= grid.y + grid.height + 1
  }
  expect(await seen()).toBe(true)
  await page.keyboard.press('PageUp')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Home')
  await page.locator('#row-0[data-id]').waitFor()
  await page.getByRole('grid').evaluate((grid) => {
    grid.scrollTop = grid.scrollHeight
  })
  await last.waitFor()
  expect(await seen()).toBe(true)
  await page.getByRole('grid').evaluate((grid) => {
    grid.scrollTop = grid.scrollHeight / 2
  })
  await page.locator('#row-500000[data-id]').waitFor()
  await page.close()
})

test('a list is worked by keyboard: move, select a range, open, close, search, create', async () => {
  const page = await open('calm', 2_000)
  await focusGrid(page)
  for (const key of ['ArrowDown', 'ArrowDown', 'Space', 'Shift+ArrowDown', 'Shift+ArrowDown'])
    await page.keyboard.press(key)
  await page.getByTestId('bulk-bar').getByText('3 selected').waitFor()
  await page.keyboard.press('Escape')
  await page.getByTestId('bulk-bar').waitFor({ state: 'detached' })
  await page.keyboard.press('Enter')
  await page.getByTestId('detail-title').waitFor()
  await page.keyboard.press('Escape')
  await page.getByTestId('detail').waitFor({ state: 'detached' })
  // In the key's own turn: what is typed right after it must not be lost.
  const focused = await page.evaluate(() => {
    document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key: '/', bubbles: true, cancelable: true }))
    return document.activeElement?.getAttribute('type')
  })
  expect(focused).toBe('search')
  await page.keyboard.type('group')
  await expect
    .poll(async () => Number(await page.getByTestId('list-total').getAttribute('data-total')))
    .toBeLessThan(2_000)
  // Also the rows that are out of sight, which follow after those that are seen.
  const others = page.locator('[data-testid=row]').filter({ hasNotText: /group/i })
  await expect.poll(() => others.count()).toBe(0)
  expect(await page.locator('[data-testid=row]').count()).toBeGreaterThan(24)
  await page.keyboard.press('Enter')
  await page.keyboard.press('n')
  await page.getByTestId('record-dialog').waitFor()
  await page.getByTestId('save').click()
  await page.getByText('Company must not be empty').waitFor()
  expect(await page.locator('#form-company').evaluate((input) => input === document.activeElement)).toBe(true)
  await page.keyboard.press('Escape')
  await page.getByTestId('record-dialog').waitFor({ state: 'detached' })
  await page.close()
})

test('the rows that answer a key are drawn while its own frame is made', async () => {
  const page = await open('offline', 2_000)
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true)
  await page.evaluate(() => {
    const frame = requestAnimationFrame.bind(globalThis)
    let inFrame = false
    globalThis.requestAnimationFrame = (work) =>
      frame((time) => {
        inFrame = true
        void scheduler.postTask(
          () => {
            inFrame = false
          },
          { priority: 'user-blocking' },
        )
        work(time)
      })
    const drawn = { inFrames: 0 }
    new MutationObserver(() => {
      if (inFrame) drawn.inFrames++
    }).observe(document.body, { subtree: true, attributes: true, attributeFilter: ['data-search'] })
    Object.assign(globalThis, { drawn })
  })
  const total = page.getByTestId('list-total')
  await page.getByTestId('search').click()
  for (const word of ['group', 'capital', 'berlin', 'systems']) {
    for (let letters = 1; letters <= word.length; letters++) {
      await page.keyboard.type(word[letters - 1] ?? '')
      await expect.poll(() => total.getAttribute('data-search')).toBe(word.slice(0, letters))
    }
    await page.getByTestId('search').fill('')
    await expect.poll(() => total.getAttribute('data-search')).toBe('')
  }
  // Not each one: a worker that is not given a core in time answers later.
  const { inFrames } = await page.evaluate(() => (globalThis as unknown as { drawn: { inFrames: number } }).drawn)
  expect(inFrames).toBeGreaterThan(2)
  await page.close()
})

test('an edit shows at once, marked, and Undo takes it back', async () => {
  const page = await open('offline', 500)
  await page.locator('#row-1').click()
  const value = page.getByTestId('property-city')
  const before = await value.textContent()
  await value.click()
  await page.locator('#property-city').fill('Ljubljana')
  await page.keyboard.press('Enter')
  await value.getByText('Ljubljana').waitFor()
  await page.locator('#row-1 [data-mark=pending]').waitFor()
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(() => value.textContent()).toBe(before)
  await page.close()
})

test('a narrow window shows an account alone, and the list again when it is closed', async () => {
  const page = await open('calm', 500, 1024, 700)
  await page.locator('#row-3').click()
  await page.getByTestId('detail-title').waitFor()
  expect(await page.getByRole('grid').isVisible()).toBe(false)
  await page.getByTestId('detail-close').click()
  await page.getByRole('grid').waitFor()
  await page.close()
})

test('refused edits explain themselves; a conflict is settled by choosing a side', async () => {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  await page.goto(`${url}?scene=attention&accounts=500#/attention`)
  const items = page.getByTestId('needs-attention-item')
  await expect.poll(() => items.count()).toBe(3)
  const conflict = items.filter({ has: page.getByText('Started from') }).first()
  await conflict.locator('[data-field=deal_value]').getByText('Theirs').click()
  expect(await conflict.locator('[data-field=deal_value] .refused-input input').inputValue()).toBe('9000.50')
  await conflict.getByTestId('attention-resend').click()
  await expect.poll(() => items.count()).toBe(2)
  await items.first().getByTestId('attention-discard').click()
  await page.getByTestId('confirm-discard').click()
  await expect.poll(() => items.count()).toBe(1)
  await page.close()
})

test('a condition is put together, narrows the list, says itself in words, and goes again', async () => {
  const page = await open('calm', 2_000)
  const total = page.getByTestId('list-total')
  const add = async (field: string, choice: string, ...typed: string[]): Promise<void> => {
    await page.getByTestId('add-condition').click()
    await fill(field, choice, ...typed)
  }
  const fill = async (field: string, choice: string, ...typed: string[]): Promise<void> => {
    await page.getByTestId('condition-field').selectOption(field)
    await page.getByTestId('condition-test').selectOption({ label: choice })
    for (const [at, text] of typed.entries())
      await page.locator(`#condition-${at === 0 ? 'first' : 'second'}`).fill(text)
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme })
      await page.screenshot({ path: join(SCREENSHOTS, `condition-${field}-${scheme}.png`), animations: 'disabled' })
    }
    await page.getByTestId('condition-add').click()
  }
  await add('next_action_date', 'is overdue')
  await page.getByText('Next action on is overdue').waitFor()
  await page.locator('[data-testid=list-total]:not([data-total="2000"])').waitFor()
  const overdue = Number(await total.getAttribute('data-total'))
  await add('deal_value', 'is between', '100', '100000')
  await page.getByText('Deal value is between €100 and €100,000').waitFor()
  await page.locator(`[data-testid=list-total]:not([data-total="${overdue}"])`).waitFor()
  expect(Number(await total.getAttribute('data-total'))).toBeLessThan(overdue)
  await page.getByRole('button', { name: 'Remove this condition' }).first().click()
  await page.getByRole('button', { name: 'Remove this condition' }).first().click()
  await page.locator('[data-testid=list-total][data-total="2000"]').waitFor()
  await add('next_action_date', 'is overdue')
  await page.locator(`[data-testid=list-total][data-total="${overdue}"]`).waitFor()
  await page.getByTestId('or-condition').click()
  await fill('next_action_date', 'is empty')
  await page.getByText('Next action on is overdue or Next action on is empty').waitFor()
  await page.locator(`[data-testid=list-total]:not([data-total="${overdue}"])`).waitFor()
  expect(Number(await total.getAttribute('data-total'))).toBeGreaterThan(overdue)
  await page.screenshot({ path: join(SCREENSHOTS, 'condition-or.png'), animations: 'disabled' })
  await page.close()
})

test("L-16 while columns load the first rows are the disk's, can be worked with, and stay in place when the rest comes", async () => {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: 'en-US' })
  await page.goto(`${url}?scene=loading&accounts=2000`)
  await page.getByTestId('view-all').click()
  const total = page.getByTestId('list-total')
  await page.locator('#row-0[data-id]').waitFor()
  await total.getByText('Counting…').waitFor()
  await page.getByTestId('facet-status').click()
  await page.screenshot({ path: join(SCREENSHOTS, 'counting.png'), animations: 'disabled' })
  await page.keyboard.press('Escape')
  const rows = () =>
    page.locator('[data-testid=row]').evaluateAll((all) => all.map((row) => row.getAttribute('data-id')))
  const byCompany = await rows()
  await page.getByTestId('sort-status').click()
  await expect.poll(rows).not.toEqual(byCompany)
  await page.getByTestId('sort-company').click()
  await expect.poll(rows).toEqual(byCompany)
  await page.getByRole('grid').evaluate((grid) => {
    grid.scrollTop = 1_500
  })
  await page.locator('#row-50[data-id]').waitFor()
  const chosen = page.locator('#row-45')
  await chosen.locator('.grid-box').click()
  const [id, top] = [await chosen.getAttribute('data-id'), (await chosen.boundingBox())?.y]
  expect(await total.getAttribute('data-total')).toBe(null)
  await page.evaluate(() => window.outpost.call('sync.wake', {}))
  await page.locator('[data-testid=list-total][data-total="2000"]').waitFor()
  expect([await chosen.getAttribute('data-id'), (await chosen.boundingBox())?.y]).toEqual([id, top])
  expect(await chosen.getAttribute('aria-selected')).toBe('true')
  await page.getByRole('grid').focus()
  await page.keyboard.press('End')
  await page.locator('#row-1999[data-id]').waitFor()
  await page.close()
})
