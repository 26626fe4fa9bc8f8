import * as Comlink from 'comlink'
import type { ToQueryWorker } from '../../core/protocol/query-port.ts'
import type { ListChange, QueryApi } from '../../core/protocol/query-worker.ts'
import { localDay } from '../../core/query/relative-day.ts'
import { keepErrorCodes } from './comlink-errors.ts'
import { createQueryService } from './service.ts'

/** Change notices of one list come at most this often. */
const NOTICE_MS = 50
/** Upkeep starts when the line has been quiet this long. */
const QUIET_MS = 200
const DAY_CHECK_MS = 60_000

keepErrorCodes()

const today = (): number => localDay(Date.now(), new Date().getTimezoneOffset())
let upkeepTimer = 0

const upkeep = (): void => {
  if (service.upkeep()) upkeepTimer = setTimeout(upkeep, 0)
}

const service = createQueryService({ today, soon: (work) => void setTimeout(work, NOTICE_MS) }, () => {
  clearTimeout(upkeepTimer)
  upkeepTimer = setTimeout(upkeep, QUIET_MS)
})

let day = today()
setInterval(() => {
  if (today() === day) return
  day = today()
  service.dayChanged()
}, DAY_CHECK_MS)

/** The listeners of open lists, held here because Comlink ends a proxy that nobody holds. */
const listeners = new Map<number, Comlink.Remote<(change: ListChange) => void>>()

const api: QueryApi<MessagePort> = {
  connect: (port) =>
    service.connect({
      postMessage: (message) => port.postMessage(message),
      listen: (listener) => {
        port.onmessage = (event: MessageEvent<ToQueryWorker>) => listener(event.data)
      },
      close: () => port.close(),
    }),
  async open(spec, onChange) {
    const opened = await service.open(spec, onChange)
    listeners.set(opened.list, onChange as Comlink.Remote<(change: ListChange) => void>)
    return opened
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
