import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { uuidv7 } from '../../../core/id.ts'
import { ENTITY_NAMES, type EntityName } from '../../../core/model/entities.ts'
import type { Value } from '../../../core/model/field.ts'
import { syncStatus } from '../../../core/protocol/status.ts'
import { seededRandom } from '../../../core/random.ts'
import { openDatabase } from '../../../db/sqlite/connection.ts'
import { check } from '../checks.ts'
import { ModelServer } from '../model/server.ts'
import type { Member } from '../model/tables.ts'
import { readOutbox, readReplica } from '../read-files.ts'
import { Killed, SimDisk } from '../sim/disk.ts'
import { KEY, Machine } from '../sim/machine.ts'
import { Monitor } from '../sim/monitor.ts'
import { SimNetwork } from '../sim/network.ts'
import { installGlobals, VirtualTime } from '../sim/time.ts'
import { Trace } from '../sim/trace.ts'
import { Lists } from './lists.ts'
import { playScenario } from './scenario.ts'

const START = Date.UTC(2026, 0, 5, 9)
const MEMORY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
const REST_MS = 30_000
/** After a failure the process looks at everything once a minute. */
const LOOKS = 7
const LOOK_MS = 10_000

/** What fails: a write, begin or commit of SQLite's, a read of SQLite's, or a request. */
export const STEPS = ['writes', 'reads', 'network'] as const

export interface LoopFault {
  readonly what: (typeof STEPS)[number]
  /** Once, or from then on until the scenario is over. */
  readonly lasting: boolean
  /** Which step, from 1. */
  readonly n: number
}

export interface LoopResult {
  /** The step was reached. */
  readonly hit: boolean
  readonly findings: readonly string[]
}

const WRITE_FAILURES = ['SQLITE_FULL', 'SQLITE_IOERR', 'SQLITE_BUSY'] as const
const READ_FAILURES = ['SQLITE_IOERR_READ', 'SQLITE_BUSY'] as const
const NETWORK_FAILURES = ['lost_response', 'cut_body', 'refused', 'http_500'] as const

let runs = 0

/** Plays the scenario with one fault, starts the process again without it, and checks everything. */
export const runWithFault = async ({ what, lasting, n }: LoopFault): Promise<LoopResult> => {
  const root = mkdtempSync(join(MEMORY, 'outpost-loop-'))
  const time = new VirtualTime(START)
  const random = seededRandom(7)
  const findings: string[] = []
  const members = (['rep', 'admin'] as const).map(
    (role, at): Member => ({ id: uuidv7(START + at, random), userId: `user-${at}`, role, name: `member-${at}` }),
  )
  const [member, other] = members
  if (!member || !other) throw new Error('no members')
  const workspace = uuidv7(START, random)
  const server = new ModelServer(workspace, members, () => Math.floor(time.now), random)
  const { accounts, first } = populate(server, workspace, members)
  const disk = new SimDisk()
  const trace = new Trace(false)
  const network = new SimNetwork({ time, random, server, trace, hit: () => {} })
  const lists = new Lists(time)
  const monitor = new Monitor(disk, server, (text) => findings.push(text))
  const machine = new Machine(
    {
      time,
      disk,
      network,
      trace,
      root,
      workspace,
      seed: 1,
      run: `l${runs++}`,
      onApplied: (of, entity, applied) => looking(() => monitor.applied(of, entity, applied)),
      onOpened: (engine, process) => lists.connect(engine, process),
      onWiped: (of) => monitor.forget(of),
      onError: (text) => findings.push(text),
    },
    0,
    member,
  )
  let step = 0
  let armed = true
  let hit = false
  const fails = (): boolean => {
    if (!armed) return false
    step++
    if (step !== n && !(lasting && step > n)) return false
    hit = true
    return true
  }
  /** What the test itself reads is no step. */
  const looking = (look: () => void): void => {
    const before = armed
    armed = false
    look()
    armed = before
  }
  const sqliteStep = (kind: 'writes' | 'reads', dir: string, file: string): void => {
    if (what !== kind || dir !== machine.dir || file === 'lock.db' || !fails()) return
    const codes = kind === 'reads' ? READ_FAILURES : WRITE_FAILURES
    throw new Database.SqliteError(`step ${n} fails`, codes[n % codes.length] ?? 'SQLITE_IOERR')
  }
  network.forced = () =>
    what === 'network' && fails() ? (NETWORK_FAILURES[n % NETWORK_FAILURES.length] ?? null) : null
  const undo = [
    installGlobals(time),
    disk.install({
      onBegin: (_db, dir, file) => {
        if (dir !== machine.dir && file !== 'lock.db') throw new Killed('the process is dead')
        sqliteStep('writes', dir, file)
      },
      onCommit: (db, dir, file, phase) => {
        if (phase === 'before') sqliteStep('writes', dir, file)
        else if (file === 'outbox.db' && dir === machine.dir) looking(() => monitor.outboxCommitted(machine, db))
      },
      onFailure: () => {},
      // SQLite's rollback cannot fail: what cannot be written is not needed for it.
      onWrite: (dir, file, sql) => {
        if (!sql.startsWith('ROLLBACK')) sqliteStep('writes', dir, file)
      },
      onRead: (dir, file) => sqliteStep('reads', dir, file),
    }),
    watchRejections(time, machine, findings),
  ]
  const atRest = (): boolean => (machine.engine?.drained() && machine.engine.caughtUp()) === true
  const checkAtRest = async (when: string): Promise<void> => {
    if (!(await time.run(time.now + REST_MS, atRest))) findings.push(`not at rest ${when}`)
    for (let look = 1; ; look++) {
      await time.run(time.now + 500, () => false)
      const { engine } = machine
      const status = engine ? await engine.call('status.get', {}) : null
      const wrong = await lists.differences((entity) => server.visible(member, entity))
      const state = status?.ok ? syncStatus.parse(status.value).state : 'none'
      if (wrong.length === 0 && state === 'up_to_date') return
      if (look > LOOKS) {
        findings.push(`${when}: the status is ${state}`, ...wrong.map((text) => `${when}: ${text}`))
        return
      }
      await time.run(time.now + LOOK_MS, () => false)
    }
  }
  try {
    const promised = new Map<string, number>()
    await playScenario({ time, random, server, machine, other, accounts, promised })
    armed = false
    await checkAtRest('once nothing fails any more')
    machine.kill()
    await time.run(time.now + 10, () => false)
    findings.push(...integrity(machine.dir))
    machine.start()
    await checkAtRest('after the next start')
    const { engine } = machine
    if (engine) void machine.process.run(() => engine.stop())
    await time.run(time.now + 5_000, () => false)
    const replica = readReplica(machine.dir, KEY)
    const found = check({
      clients: [
        {
          name: machine.name,
          edits: readOutbox(machine.dir, KEY),
          rows: (entity) => replica.get(entity) ?? [],
          expected: (entity) => server.visible(member, entity),
        },
      ],
      promised,
      decided: server.executions.map(({ edit, answer }) => ({
        id: edit.id,
        accepted: answer.status === 'accepted',
        code: answer.status === 'refused' ? answer.code : null,
      })),
      audit: server.audit,
      serverRows: (entity) => new Map([...server.tables.rows(entity)].map(([id, { values }]) => [id, values])),
      firstRows: (entity) => first.get(entity) ?? new Map(),
    })
    for (const [kind, texts] of Object.entries(found)) findings.push(...texts.map((text: string) => `${kind}: ${text}`))
    return { hit, findings: [...findings, ...server.violations] }
  } finally {
    for (const each of undo) each()
    machine.process.alive = false
    disk.remove(machine.dir)
    rmSync(root, { recursive: true, force: true })
  }
}

type FirstRows = Map<EntityName, ReadonlyMap<string, Readonly<Record<string, Value>>>>

const populate = (
  server: ModelServer,
  workspace: string,
  members: readonly Member[],
): { accounts: string[]; first: FirstRows } => {
  const random = seededRandom(11)
  const accounts: string[] = []
  server.transaction((draft) => {
    draft.insert('workspaces', workspace, { name: 'Loop', currency: 'EUR', time_zone: 'UTC' })
    for (const { id, userId, role, name } of members)
      draft.insert('workspace_members', id, { user_id: userId, role, display_name: name, email: `${name}@example.com` })
    for (let i = 0; i < 4; i++) {
      const id = uuidv7(START + i, random)
      const owner = members[0]?.id ?? null
      draft.insert('accounts', id, { type: 'customer', company: `Account ${i}`, status: 'lead', assigned_to: owner })
      draft.insert('contacts', uuidv7(START + i, random), {
        account_id: id,
        account_assigned_to: owner,
        name: `Person ${i}`,
      })
      accounts.push(id)
    }
  })
  const first: FirstRows = new Map()
  for (const entity of ENTITY_NAMES)
    first.set(entity, new Map([...server.tables.rows(entity)].map(([id, { values }]) => [id, values])))
  return { accounts, first }
}

const integrity = (dir: string): string[] =>
  ['outbox.db', 'replica.db', 'columns.db'].flatMap((file) => {
    if (!existsSync(join(dir, file))) return []
    const db = openDatabase({ path: join(dir, file), key: KEY, durability: 'full' })
    try {
      const answer = String(db.pragma('integrity_check', { simple: true }))
      return answer === 'ok' ? [] : [`${file}: ${answer}`]
    } finally {
      db.close()
    }
  })

const watchRejections = (time: VirtualTime, machine: Machine, findings: string[]): (() => void) => {
  const onRejection = (reason: unknown): void => {
    if (time.owners.getStore() === machine.process) machine.crashed(machine.process, reason)
    else if (!time.owners.getStore() && !(reason instanceof Killed)) findings.push(`unhandled: ${String(reason)}`)
  }
  process.on('unhandledRejection', onRejection)
  return () => process.off('unhandledRejection', onRejection)
}
