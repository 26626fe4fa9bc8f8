import type { Page } from 'playwright-core'

/**
 * Runs in the page: notes, for each key typed into the search, when the list that answers it was on screen. The list says
 * itself which search it answers; a key whose answer a later one overtook has its paint with that one's.
 */
const install = (): void => {
  const times: number[] = []
  const waiting: { readonly text: string; readonly at: number }[] = []
  // Ahead of whatever else waits: the end of a frame is timed, not of the work behind it.
  const soon = (work: () => void): void => void scheduler.postTask(work, { priority: 'user-blocking' })
  const frame = requestAnimationFrame.bind(globalThis)
  let inFrame = false
  globalThis.requestAnimationFrame = (work) =>
    frame((time) => {
      inFrame = true
      soon(() => {
        inFrame = false
      })
      work(time)
    })
  const painted = (keys: readonly { readonly at: number }[]): void => {
    const note = (): void => void times.push(...keys.map(({ at }) => performance.now() - at))
    // What changes while a frame is made is on screen at its end.
    if (inFrame) soon(note)
    else frame(() => soon(note))
  }
  addEventListener(
    'input',
    (event) => {
      if (!(event instanceof InputEvent) || !(event.target instanceof HTMLInputElement)) return
      if (event.inputType === 'insertText') waiting.push({ text: event.target.value.trim(), at: event.timeStamp })
    },
    { capture: true },
  )
  new MutationObserver(() => {
    const shown = document.querySelector('[data-testid="list-total"]')?.getAttribute('data-search')
    const answered = waiting.findLastIndex(({ text }) => text === shown)
    if (answered >= 0) painted(waiting.splice(0, answered + 1))
  }).observe(document.body, { subtree: true, attributes: true, attributeFilter: ['data-search'] })
  Object.assign(globalThis, { benchKeyTimes: times })
}

export const watchKeys = (page: Page): Promise<void> => page.evaluate(install)

/** The times noted since it was last asked, milliseconds. */
export const keyTimes = (page: Page): Promise<readonly number[]> =>
  page.evaluate(() => (globalThis as unknown as { readonly benchKeyTimes: number[] }).benchKeyTimes.splice(0))

interface TraceEvent {
  readonly name: string
  readonly ph: string
  readonly pid: number
  readonly tid: number
  /** Microseconds; `dur` on the clock, `tdur` of the thread's CPU time. */
  readonly ts?: number
  readonly tdur?: number
  readonly dur?: number
  readonly args?: { readonly name?: string }
}

/** What the trace calls a stretch in which the page's own script runs, and what its calls lead to. */
const SCRIPT =
  /^(FunctionCall|EvaluateScript|v8\.callFunction|RunMicrotasks|FireAnimationFrame|TimerFire|EventDispatch)$/

const isTask = ({ name }: TraceEvent): boolean => /RunTask$/.test(name)

/** CPU milliseconds of our script in each task of the page's main threads that ran any, from a trace. */
export const scriptTimes = (trace: Buffer): readonly number[] => {
  const { traceEvents }: { readonly traceEvents: readonly TraceEvent[] } = JSON.parse(trace.toString())
  const threadOf = ({ pid, tid }: TraceEvent): string => `${pid}/${tid}`
  const mains = new Set(
    traceEvents.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain').map(threadOf),
  )
  const times: number[] = []
  for (const main of mains) {
    const events = traceEvents
      .filter((event) => event.ph === 'X' && threadOf(event) === main && (isTask(event) || SCRIPT.test(event.name)))
      .sort((a, b) => (a.ts ?? 0) - (b.ts ?? 0) || (b.dur ?? 0) - (a.dur ?? 0))
    let [taskEnd, scriptEnd, spent] = [0, 0, 0]
    const take = (): void => {
      if (spent > 0) times.push(spent)
      spent = 0
    }
    for (const event of events) {
      const [from, end] = [event.ts ?? 0, (event.ts ?? 0) + (event.dur ?? 0)]
      if (isTask(event)) {
        if (from < taskEnd) continue
        take()
        taskEnd = end
      } else if (from >= scriptEnd) {
        // Not within another stretch of script.
        scriptEnd = end
        spent += (event.tdur ?? event.dur ?? 0) / 1_000
      }
    }
    take()
  }
  return times
}
