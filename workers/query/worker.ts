import * as Comlink from 'comlink'
import type { ToQueryWorker } from '../../core/protocol/query-port.ts'
import type { ListChange, QueryWorkerApi } from '../../core/protocol/query-worker.ts'
import { localDay } from '../../core/query/relative-day.ts'
import { type AnswerWriter, createAnswerWriter } from './answer-writer.ts'
import { keepErrorCodes } from './comlink-errors.ts'
import { paceNotices } from './notices.ts'
import { createQueryService } from './service.ts'

/** Upkeep starts when the line has been quiet this long. */
const QUIET_MS = 200
const DAY_CHECK_MS = 60_000

keepErrorCodes()

const today = (): number => localDay(Date.now(), new Date().getTimezoneOffset())

// A message to oneself comes after those that wait; a timer would be held back by some milliseconds each time.
const pauses = new MessageChannel()
const paused: (() => void)[] = []
pauses.port1.onmessage = () => paused.shift()?.()
let quietTimer = 0

const after = (delayMs: number, work: () => void): (() => void) => {
  const timer = setTimeout(work, delayMs)
  return () => clearTimeout(timer)
}

const service = createQueryService({
  today,
  soon: paceNotices({ now: () => performance.now(), after }),
  now: () => performance.now(),
  pause: (work) => {
    paused.push(work)
    pauses.port2.postMessage(null)
  },
  after,
  whenQuiet: (work) => {
    clearTimeout(quietTimer)
    quietTimer = setTimeout(work, QUIET_MS)
  },
})

let day = today()
setInterval(() => {
  if (today() === day) return
  day = today()
  service.dayChanged()
}, DAY_CHECK_MS)

/** The listeners of open lists, held here because Comlink ends a proxy that nobody holds. */
const listeners = new Map<number, Comlink.Remote<(change: ListChange) => void>>()

let answers: AnswerWriter | null = null

const api: QueryWorkerApi<MessagePort> = {
  connect: (port) =>
    service.connect({
      postMessage: (message) => port.postMessage(message, message.t === 'snapshot-piece' ? [message.bytes.buffer] : []),
      listen: (listener) => {
        port.onmessage = (event: MessageEvent<ToQueryWorker>) => listener(event.data)
      },
      close: () => port.close(),
    }),
  async open(spec, onChange, count) {
    const opened = await service.open(spec, onChange, count)
    listeners.set(opened.list, onChange as Comlink.Remote<(change: ListChange) => void>)
    return opened
  },
  answerInto(box) {
    answers = createAnswerWriter(box)
  },
  async openInto(call, ...asked) {
    const opened = await api.open(...asked)
    return answers?.put(call, opened) ? null : opened
  },
  rows: service.rows,
  idsBetween: service.idsBetween,
  indexOf: service.indexOf,
  groups: service.groups,
  close(list) {
    service.close(list)
    listeners.get(list)?.[Comlink.releaseProxy]()
    listeners.delete(list)
  },
  stats: service.stats,
}

Comlink.expose(api)
