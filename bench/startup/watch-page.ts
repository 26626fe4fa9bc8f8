import { type Seen, WATCH_CHANNEL } from './watch.ts'

/** Rows that fit on the screen of the bench. */
const SCREEN_ROWS = 20

const channel = new BroadcastChannel(WATCH_CHANNEL)
let shown = ''
let shownSince = 0

/** Numbers of a text, as a person reads them: "4,211 of 100,000 accounts". */
const counts = (text: string): readonly number[] =>
  (text.match(/[\d.,]+/g) ?? []).map((count) => Number(count.replace(/\D/g, '')))

/** Ids of the list's first screen, as far as they are drawn. */
const firstScreen = (): string =>
  Array.from({ length: SCREEN_ROWS }, (_, n) => document.getElementById(`row-${n}`)?.dataset['id'] ?? '')
    .join(' ')
    .trim()

// The first rows count from when the screen showed what the whole list begins with, and never anything else after.
const look = (): void => {
  const ids = firstScreen()
  if (ids !== shown) [shown, shownSince] = [ids, Date.now()]
  const total = document.querySelector('[data-testid="list-total"]')
  const isWhole = total?.getAttribute('data-complete') === 'true' && counts(total.textContent ?? '').length > 0
  if (shown === '' || !isWhole) return
  clearInterval(timer)
  const seen: Seen = { firstRowsAt: shownSince, readyAt: Date.now() }
  setInterval(() => channel.postMessage(seen), 50)
}

const timer = setInterval(look, 2)
