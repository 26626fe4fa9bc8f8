/** A client as a process of its own: the sync engine over real files, its threads and the machine's clock. */
import type Database from 'better-sqlite3'
import { toAppError } from '../../../core/errors.ts'
import { sqliteCode } from '../../../db/sqlite/errors.ts'
import { openEngine } from '../../../workers/sync/engine.ts'
import { secureRandom, systemClock } from '../../../workers/sync/system.ts'
import { SimDisk } from '../sim/disk.ts'
import type { ClientRequest, ClientStart, ClientState } from './client-protocol.ts'

const ALL_PAGES = 4_294_967_294

console.warn = () => {}
const start: ClientStart = JSON.parse(process.argv[2] ?? '{}')
let { skewMs } = start
let full = 0
const trueNow = Date.now
Date.now = () => trueNow() + skewMs

const disk = new SimDisk()
disk.install({
  onBegin: () => {},
  onCommit: () => {},
  onFailure: (_file, thrown) => {
    if (sqliteCode(thrown)?.startsWith('SQLITE_FULL')) full++
  },
})

const engine = await openEngine({
  config: {
    gateway: start.gateway,
    workspace: start.workspace,
    dataDir: start.dataDir,
    databaseKey: start.key,
    token: start.token,
    logPath: null,
  },
  clock: { now: () => Date.now(), after: systemClock.after },
  random: secureRandom,
  fetch,
  backoff: { baseMs: 50, capMs: start.capMs },
  onFatal: (error) => {
    process.stderr.write(`fatal: ${error.message}\n`)
    process.exit(3)
  },
})

const outboxes = (): readonly Database.Database[] =>
  disk.connections(start.dataDir, 'outbox.db').filter((db) => !db.readonly)

const answer = async (request: ClientRequest): Promise<unknown> => {
  switch (request.t) {
    case 'call':
      return engine.call(request.method, request.params)
    case 'state': {
      const status = await engine.call('status.get', {})
      const pending = status.ok ? Number((status.value as { pending: number }).pending) : -1
      return { drained: engine.drained(), caughtUp: engine.caughtUp(), pending, full } satisfies ClientState
    }
    case 'token':
      engine.setToken(request.token)
      return null
    case 'wake':
      engine.wake()
      return null
    case 'jump':
      skewMs += request.byMs
      return null
    case 'full':
      for (const db of outboxes()) {
        const pages = request.on ? Number(db.pragma('page_count', { simple: true })) : ALL_PAGES
        db.pragma(`max_page_count = ${pages}`)
      }
      return null
    case 'verify':
      return engine.verify()
    case 'stop':
      await engine.stop()
      return null
  }
}

process.on('message', ({ id, request }: { id: number; request: ClientRequest }) => {
  answer(request).then(
    (value) => process.send?.({ id, value }),
    (thrown: unknown) => process.send?.({ id, error: toAppError(thrown) }),
  )
})
process.on('disconnect', () => process.exit(0))
process.send?.({ id: 0, value: 'open' })
