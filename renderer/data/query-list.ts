import * as Comlink from 'comlink'
import { OutpostError } from '../../core/errors.ts'
import type { ListChange, OpenedList, QueryApi, WindowRow } from '../../core/protocol/query-worker.ts'
import type { ListSpec } from '../../core/query/spec.ts'
import type { OpenInWorker } from './early-answers.ts'
import type { OpenList } from './query-client.ts'

export type CallWorker = <T>(
  work: (api: Comlink.Remote<QueryApi<MessagePort>>, open: OpenInWorker) => Promise<T>,
  signal?: AbortSignal,
) => Promise<T>

/** Rows that an open brings along: a screen of the tallest window is one or two times as many. */
export const FIRST_ROWS = 64

export interface HeldList extends OpenList {
  /** Opens it in the worker for the first time. Asks before it returns, unless it is to wait for nothing. */
  open(signal?: AbortSignal): Promise<void>
  /** Resolves when the worker is done with the last open, also one that nobody waits for any more. */
  answered(): Promise<unknown>
  /** Opens it again in a new worker; tells its reader once every row is back, so that the list never blinks. */
  reopen(): void
}

const NOTHING: ListChange = { total: 0, facets: {}, loaded: 0, complete: false, revision: 0 }

/**
 * The renderer's half of one list: the number that the worker knows it by, which changes when the worker restarts, and
 * the proxied listener, which Comlink would let go if nobody held it.
 *
 * @param onHealthy called when a reopened list is whole again
 */
export const holdList = (
  spec: ListSpec,
  onChange: (change: ListChange) => void,
  call: CallWorker,
  onClose: () => void,
  onHealthy: () => void,
): HeldList => {
  let latest = NOTHING
  let life = 0
  let closed = false
  let first: readonly WindowRow[] = []
  let answered: Promise<unknown> = Promise.resolve()
  let number: Promise<number> = Promise.reject(new OutpostError('cancelled'))
  number.catch(() => {})

  const release = (opened: number): void => {
    call(async (api) => api.close(opened)).catch(() => {})
  }

  /** `whole` waits for the last row of the entity before it answers and before it tells the reader anything. */
  const openIn = async (whole: boolean, signal?: AbortSignal): Promise<number> => {
    const thisLife = ++life
    let told = !whole
    let heard = false
    let whenWhole: () => void = () => {}
    const becameWhole = new Promise<void>((resolve) => {
      whenWhole = resolve
    })
    const listener = Comlink.proxy((change: ListChange) => {
      if (closed || thisLife !== life) return
      latest = change
      heard = true
      if (change.complete) whenWhole()
      if (change.complete) told = true
      if (told) onChange(change)
    })
    if (signal?.aborted) throw new OutpostError('cancelled')
    const answer = call<OpenedList>((api, open) =>
      // Several lists are opened again at once, and answered apart.
      whole ? api.open(spec, listener, 0) : open(spec, listener, FIRST_ROWS),
    )
    answered = answer.catch(() => {})
    const summary = await orAborted(answer, signal).catch((error: unknown) => {
      answer.then((late) => release(late.list)).catch(() => {})
      throw error
    })
    if (closed || signal?.aborted) {
      release(summary.list)
      throw new OutpostError('cancelled')
    }
    const { list, rows, ...rest } = summary
    first = rows
    // A change may be told before the answer is here.
    if (!heard) latest = { ...rest, revision: latest.revision }
    if (whole && !rest.complete) await becameWhole
    else if (whole) onChange(latest)
    return list
  }

  const on = async <T>(
    work: (api: Comlink.Remote<QueryApi<MessagePort>>, list: number) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> => {
    if (closed) throw new OutpostError('cancelled')
    const list = await number
    return call((api) => work(api, list), signal)
  }

  return {
    spec,
    answered: () => answered,
    latest: () => latest,
    firstRows: () => first,
    rows: (start, count, signal) => on<readonly WindowRow[]>((api, list) => api.rows(list, start, count), signal),
    idsBetween: (from, to, signal) => on((api, list) => api.idsBetween(list, from, to), signal),
    indexOf: (id, signal) => on((api, list) => api.indexOf(list, id), signal),
    groups: (by, money, signal) => on((api, list) => api.groups(list, by, money), signal),
    async open(signal) {
      number = openIn(false, signal)
      await number
    },
    reopen() {
      number = openIn(true)
      number.then(onHealthy).catch(() => {})
    },
    close() {
      if (closed) return
      closed = true
      onClose()
      number.then(release).catch(() => {})
    },
  }
}

/** Rejects with `cancelled` when the signal is aborted first. */
export const orAborted = <T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> =>
  new Promise((resolve, reject) => {
    const onAbort = (): void => reject(new OutpostError('cancelled'))
    signal?.addEventListener('abort', onAbort, { once: true })
    work.then(resolve, reject).finally(() => signal?.removeEventListener('abort', onAbort))
  })
