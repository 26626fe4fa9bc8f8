import * as Comlink from 'comlink'
import { OutpostError } from '../../core/errors.ts'
import type { ListChange, ListGroup, QueryApi, QueryWorkerApi, WindowRow } from '../../core/protocol/query-worker.ts'
import { QUERY_PORT_MESSAGE } from '../../core/protocol/window-api.ts'
import type { ListEntity, ListSpec } from '../../core/query/spec.ts'
import { call } from './api.ts'
import { keepErrorCodes } from './comlink-errors.ts'
import { createAnswerBox, type FrameHost, type OpenInWorker, openEarly } from './early-answers.ts'
import { type CallWorker, type HeldList, holdList, orAborted } from './query-list.ts'

/** A list that stays open over commits and over restarts of the worker, until it is closed. */
export interface OpenList {
  readonly spec: ListSpec
  /** Total, facets and revision as last told. */
  latest(): ListChange
  /** Its first `FIRST_ROWS` rows as they were when it was opened. */
  firstRows(): readonly WindowRow[]
  /** Rows `start` … `start + count - 1` of the list, fewer at its end. */
  rows(start: number, count: number, signal?: AbortSignal): Promise<readonly WindowRow[]>
  /** Ids between two positions, both included, in list order. */
  idsBetween(from: number, to: number, signal?: AbortSignal): Promise<readonly string[]>
  /** Where a record stands; -1 where the list does not hold it. Anchors the row under the reader's eye after a change. */
  indexOf(id: string, signal?: AbortSignal): Promise<number>
  /** Money added up by the values of a coded field, for a board; all together for null. */
  groups(by: string | null, money: string, signal?: AbortSignal): Promise<readonly ListGroup[]>
  close(): void
}

/**
 * The renderer's side of the query worker. Calls reject with an `OutpostError`: `timeout`, `cancelled` (its signal was
 * aborted, so a newer call took its place), or what the worker threw.
 */
export interface QueryClient {
  /** `onChange` fires after commits that may touch the list: fetch the rows on screen again. */
  open(spec: ListSpec, onChange: (change: ListChange) => void, signal?: AbortSignal): Promise<OpenList>
  /** A list of the entity has been told of as complete: its columns are there, unless the worker has begun anew. */
  isWhole(entity: ListEntity): boolean
  stats(): ReturnType<QueryApi['stats']>
  /** Ends the worker; every open list is dead. */
  dispose(): void
}

/** What the client needs of its surroundings; tests give their own. */
export interface QueryClientHost extends FrameHost {
  startWorker(): Worker
  /** Asks for a line to the sync process; `onPort` gets it. */
  requestPort(): void
  /** Calls `onPort` for each line that comes; answers the function that stops it. */
  listenForPort(onPort: (port: MessagePort) => void): () => void
  /** Memory that a worker leaves its answers in, for the page to find early; null where none can be shared. */
  answerBox(): SharedArrayBuffer | null
  readonly callTimeoutMs: number
}

const pageHost: QueryClientHost = {
  startWorker: () => new Worker(new URL('../../workers/query/worker.ts', import.meta.url), { type: 'module' }),
  requestPort: () => void call('query.port', {}),
  listenForPort: (onPort) => {
    const listener = (event: MessageEvent<unknown>): void => {
      const [port] = event.ports
      const data = event.data
      if (event.source !== window || !port || typeof data !== 'object' || data === null) return
      if ('type' in data && data.type === QUERY_PORT_MESSAGE) onPort(port)
    }
    window.addEventListener('message', listener)
    return () => window.removeEventListener('message', listener)
  },
  answerBox: createAnswerBox,
  onFrame: (work) => {
    const frame = requestAnimationFrame(work)
    return () => cancelAnimationFrame(frame)
  },
  now: () => performance.now(),
  callTimeoutMs: 15_000,
}

/** One life of the worker. `died` rejects when it crashed or was given up. */
interface Life {
  readonly worker: Worker
  readonly api: Comlink.Remote<QueryApi<MessagePort>>
  readonly open: OpenInWorker
  readonly died: Promise<never>
  kill(reason: OutpostError): void
}

const MAX_RESTART_DELAY_MS = 30_000

/** Starts the query worker and keeps it running. One per window. */
export const createQueryClient = (host: QueryClientHost = pageHost): QueryClient => {
  keepErrorCodes()
  const lists = new Set<HeldList>()
  const whole = new Set<ListEntity>()
  let disposed = false
  let restarts = 0
  let life = startLife()
  /** Ends when the worker has answered every open; null while it has none. */
  let opens: Promise<unknown> | null = null

  function startLife(): Life {
    const worker = host.startWorker()
    let kill: Life['kill'] = () => {}
    const died = new Promise<never>((_, reject) => {
      kill = reject
    })
    died.catch(() => {})
    const api = Comlink.wrap<QueryWorkerApi<MessagePort>>(worker)
    const box = host.answerBox()
    const open: OpenInWorker = box ? openEarly(api, box, host) : (...asked) => api.open(...asked)
    const started: Life = { worker, api, open, died, kill }
    worker.addEventListener('error', () => restart(started, new OutpostError('internal', 'The list engine stopped.')))
    return started
  }

  function restart(ended: Life, reason: OutpostError): void {
    if (disposed || ended !== life) return
    ended.worker.terminate()
    ended.kill(reason)
    const delayMs = restarts === 0 ? 0 : Math.min(MAX_RESTART_DELAY_MS, 500 * 2 ** restarts)
    restarts++
    life = startLife()
    setTimeout(() => {
      if (disposed) return
      host.requestPort()
      for (const list of lists) list.reopen()
    }, delayMs)
  }

  const call: CallWorker = async (work, signal) => {
    if (disposed || signal?.aborted) throw new OutpostError('cancelled')
    const current = life
    const ends: (() => void)[] = []
    const given = new Promise<never>((_, reject) => {
      const timer = setTimeout(() => {
        const error = new OutpostError('timeout', 'The list engine did not answer in time and was restarted.')
        reject(error)
        restart(current, error)
      }, host.callTimeoutMs)
      const onAbort = (): void => reject(new OutpostError('cancelled'))
      signal?.addEventListener('abort', onAbort)
      ends.push(
        () => clearTimeout(timer),
        () => signal?.removeEventListener('abort', onAbort),
      )
    })
    try {
      return await Promise.race([work(current.api, current.open), given, current.died])
    } finally {
      for (const end of ends) end()
    }
  }

  const stopListening = host.listenForPort((port) => {
    life.api.connect(Comlink.transfer(port, [port])).catch(() => {})
  })
  host.requestPort()

  return {
    async open(spec, onChange, signal) {
      const noted = (change: ListChange): void => {
        if (change.complete) whole.add(spec.entity)
      }
      const list = holdList(
        spec,
        (change) => {
          noted(change)
          onChange(change)
        },
        call,
        () => lists.delete(list),
        () => {
          restarts = 0
        },
      )
      // The worker has one query at a time: what was superseded while it waited is never asked. A free worker is asked at
      // once, before this call returns, so that it answers while the page draws the key.
      const turn = opens ? opens.then(() => list.open(signal)) : list.open(signal)
      const answered = turn
        .catch(() => {})
        .then(() => list.answered())
        .then(() => {
          if (opens === answered) opens = null
        })
      opens = answered
      await orAborted(turn, signal)
      noted(list.latest())
      lists.add(list)
      return list
    },
    isWhole: (entity) => whole.has(entity),
    stats: () => call((api) => api.stats()),
    dispose() {
      disposed = true
      stopListening()
      life.worker.terminate()
      life.kill(new OutpostError('cancelled'))
      lists.clear()
    },
  }
}
