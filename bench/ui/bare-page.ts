import { setTimeout as pause } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { keyTimes, watchKeys } from './watch.ts'

/** As many texts as the list shows at once. */
const ROWS = 23
const CELLS = 8

/** Runs in the page: an input, and texts that every key changes in its own turn: no engine, no worker, no framework. */
const install = ({ rows, cells }: { rows: number; cells: number }): void => {
  document.body.innerHTML = `<input data-testid="search"><span data-testid="list-total"></span>`
  document.body.insertAdjacentHTML(
    'beforeend',
    `<div style="display: flex; height: 36px">${'<span style="flex: 1"></span>'.repeat(cells)}</div>`.repeat(rows),
  )
  const texts = document.querySelectorAll('div > span')
  document.querySelector('input')?.addEventListener('input', (event) => {
    const { value } = event.target as HTMLInputElement
    texts.forEach((text, n) => {
      text.textContent = `${value} ${n}`
    })
    document.querySelector('[data-testid="list-total"]')?.setAttribute('data-search', value.trim())
  })
}

/**
 * From a key to its paint in a page that hardly does anything, in the same browser: what this machine's frames take, and
 * where in a frame the keys fall.
 *
 * @returns milliseconds
 */
export const bareKeyTimes = async (beside: Page, keys: number, pauseMs: number): Promise<readonly number[]> => {
  const page = await beside.context().newPage()
  await page.evaluate(install, { rows: ROWS, cells: CELLS })
  await watchKeys(page)
  await page.getByTestId('search').click()
  for (let n = 0; n < keys; n++) {
    await page.keyboard.type('abcdefgh'[n % 8] ?? '')
    await pause(pauseMs)
  }
  const times = await keyTimes(page)
  await page.close()
  return times
}
