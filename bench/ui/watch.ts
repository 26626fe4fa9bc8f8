import type { Page } from 'playwright-core'

/** Runs in the page: notes, for each key, when the list that answers it was on screen. */
const install = (): void => {
  const times: number[] = []
  let keyAt: number | null = null
  const painted = (from: number): void => {
    requestAnimationFrame(() => {
      const channel = new MessageChannel()
      channel.port1.onmessage = () => times.push(performance.now() - from)
      channel.port2.postMessage(null)
    })
  }
  addEventListener(
    'input',
    (event) => {
      keyAt = event.timeStamp
    },
    { capture: true },
  )
  new MutationObserver(() => {
    if (keyAt === null) return
    painted(keyAt)
    keyAt = null
  }).observe(document.body, { subtree: true, attributes: true, attributeFilter: ['data-total'] })
  Object.assign(globalThis, { benchKeyTimes: times })
}

export const watchKeys = (page: Page): Promise<void> => page.evaluate(install)

export const keyTimes = (page: Page): Promise<readonly number[]> =>
  page.evaluate(() => (globalThis as unknown as { readonly benchKeyTimes: number[] }).benchKeyTimes)

interface TraceEvent {
  readonly name: string
  readonly ph: string
  readonly pid: number
  readonly tid: number
  readonly tdur?: number
  readonly dur?: number
  readonly args?: { readonly name?: string }
}

/** CPU milliseconds of each task of the page's main threads that ran script, from a trace. */
export const taskTimes = (trace: Buffer): readonly number[] => {
  const { traceEvents }: { readonly traceEvents: readonly TraceEvent[] } = JSON.parse(trace.toString())
  const mains = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid}/${tid}`),
  )
  return traceEvents
    .filter(({ name, pid, tid }) => /RunTask$/.test(name) && mains.has(`${pid}/${tid}`))
    .map(({ tdur, dur }) => (tdur ?? dur ?? 0) / 1_000)
}
