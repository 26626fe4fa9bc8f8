import { type Seen, WATCH_CHANNEL } from './watch.ts'

const channel = new BroadcastChannel(WATCH_CHANNEL)
let firstRowsAt = 0

/** Numbers of a text, as a person reads them: "4,211 of 100,000 accounts". */
const counts = (text: string): readonly number[] =>
  (text.match(/[\d.,]+/g) ?? []).map((count) => Number(count.replace(/\D/g, '')))

const look = (): void => {
  if (firstRowsAt === 0 && document.querySelector('[data-testid="row"][data-id]')) firstRowsAt = Date.now()
  const total = document.querySelector('[data-testid="list-total"]')
  const text = total?.textContent ?? ''
  if (firstRowsAt === 0 || total?.getAttribute('data-complete') !== 'true' || counts(text).length === 0) return
  clearInterval(timer)
  const seen: Seen = { firstRowsAt, readyAt: Date.now() }
  setInterval(() => channel.postMessage(seen), 50)
}

const timer = setInterval(look, 2)
