import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { uuidv7 } from '../../../core/id.ts'
import { ENTITY_NAMES, type EntityName } from '../../../core/model/entities.ts'
import type { Value } from '../../../core/model/field.ts'
import { type Random, seededRandom } from '../../../core/random.ts'
import { sqliteCode } from '../../../db/sqlite/errors.ts'
import { type ClientEnd, check, type Findings } from '../checks.ts'
import { type FaultKind, noFaults, planFaults } from '../faults.ts'
import { ModelServer } from '../model/server.ts'
import type { Member } from '../model/tables.ts'
import { type Ground, operate } from '../operations.ts'
import { readOutbox, readReplica } from '../read-files.ts'
import type { SeedResult } from '../report.ts'
import { Killed, SimDisk } from './disk.ts'
import { BACKOFF_CAP_MS, KEY, Machine } from './machine.ts'
import { Monitor } from './monitor.ts'
import { SimNetwork } from './network.ts'
import { Saboteur } from './saboteur.ts'
import { installGlobals, VirtualTime } from './time.ts'
import { Trace } from './trace.ts'

const START = Date.UTC(2026, 0, 5, 9)
const SPAN_MS = 30_000
const ATTEMPTS = 340
/** Requests that were on their way when the faults ended may take this long. */
const STRAGGLERS_MS = 2_500
const QUEUES_MS = 2 * BACKOFF_CAP_MS
const SETTLE_MS = 30_000

const ROLES = ['admin', 'manager', 'rep', 'rep', 'rep'] as const
/** Two machines of one rep: the third and the fourth. */
const PERSON = [0, 1, 2, 2, 4] as const

export interface SimRun extends SeedResult {
  readonly digest: string
  readonly trace: string
}

/** Memory where there is a file system in it: fsync is what most of the time would go to. */
const MEMORY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

let runs = 0

/** Runs one seed from the first request to the last check. */
export const runSeed = async (seed: number, keepTrace = false): Promise<SimRun> => {
  // A killed run leaves its folder, and its process's number comes again: a folder that is there already is another's.
  const root = mkdtempSync(join(MEMORY, 'outpost-sim-'))
  const world = new World(seed, root, `s${runs++}`, keepTrace)
  try {
    return await world.play()
  } finally {
    world.close()
    rmSync(root, { recursive: true, force: true })
  }
}

class World {
  readonly #seed: number
  readonly #random: Random
  readonly #time = new VirtualTime(START)
  readonly #trace: Trace
  readonly #disk = new SimDisk()
  readonly #faults = noFaults()
  readonly #errors: string[] = []
  readonly #server: ModelServer
  readonly #network: SimNetwork
  readonly #machines: readonly Machine[]
  readonly #monitor: Monitor
  readonly #saboteur: Saboteur
  readonly #ground: Ground
  readonly #uninstall: (() => void)[]
  readonly #first = new Map<string, ReadonlyMap<string, Readonly<Record<string, Value>>>>()

  constructor(seed: number, root: string, run: string, keepTrace: boolean) {
    this.#seed = seed
    this.#random = seededRandom(seed)
    this.#trace = new Trace(keepTrace)
    const time = this.#time
    const random = this.#random
    const members = ROLES.map(
      (role, at): Member => ({ id: uuidv7(START + at, random), userId: `user-${at}`, role, name: `member-${at}` }),
    )
    const workspace = uuidv7(START, random)
    this.#server = new ModelServer(workspace, members, () => Math.floor(time.now), random)
    const hit = (kind: FaultKind): void => {
      this.#faults[kind]++
    }
    this.#network = new SimNetwork({ time, random, server: this.#server, trace: this.#trace, hit })
    this.#monitor = new Monitor(this.#disk, this.#server, (text) => this.#error(text))
    this.#machines = PERSON.flatMap((person, index) => {
      const member = members[person]
      if (!member) return []
      const machine = new Machine(
        {
          time,
          disk: this.#disk,
          network: this.#network,
          trace: this.#trace,
          root,
          workspace,
          seed,
          run,
          onApplied: (of, entity, applied) => this.#monitor.applied(of, entity, applied),
          onWiped: (of) => this.#monitor.forget(of),
          onError: (text) => this.#error(text),
        },
        index,
        member,
      )
      return [machine]
    })
    this.#ground = {
      records: [],
      hot: [],
      members: members.map(({ id }) => id),
      promised: new Map(),
      recent: new Map(),
      done: 0,
      now: () => time.now,
    }
    this.#saboteur = new Saboteur({
      time,
      random,
      disk: this.#disk,
      network: this.#network,
      server: this.#server,
      machines: this.#machines,
      monitor: this.#monitor,
      hit,
      promised: this.#ground.promised,
    })
    this.#populate(workspace, members)
    this.#uninstall = [installGlobals(time), this.#installDisk(), this.#installRejections()]
  }

  async play(): Promise<SimRun> {
    const time = this.#time
    for (const machine of this.#machines) time.after(this.#random() * 300, () => machine.start())
    const plan = planFaults(this.#random, SPAN_MS, this.#machines.length)
    this.#saboteur.plan(plan, START)
    for (let at = 0; at < ATTEMPTS; at++) time.at(START + 500 + this.#random() * (SPAN_MS - 500), () => this.#operate())
    await time.run(START + SPAN_MS, () => false)
    const stalled = await this.#heal()
    return this.#finish(stalled)
  }

  /** The faults are over; answers what did not come to rest in its time. */
  async #heal(): Promise<string[]> {
    const time = this.#time
    const stalled: string[] = []
    const wakes = this.#random() < 0.3
    for (const machine of this.#machines) {
      machine.process.stoppedUntil = 0
      machine.start()
      if (wakes) machine.process.run(() => machine.engine?.wake())
    }
    await time.run(time.now + STRAGGLERS_MS, () => false)
    const queued = (machine: Machine): boolean => !machine.engine?.drained() && this.#unsent(machine)
    if (!(await time.run(time.now + QUEUES_MS, () => !this.#machines.some(queued))))
      for (const machine of this.#machines) if (queued(machine)) stalled.push(`${machine.name}: queue not empty`)
    const resting = (machine: Machine): boolean => (machine.engine?.drained() && machine.engine.caughtUp()) === true
    if (!(await time.run(time.now + SETTLE_MS, () => this.#machines.every(resting))))
      for (const machine of this.#machines)
        if (!resting(machine))
          stalled.push(
            `${machine.name}: not at rest (up ${machine.up}, drained ${machine.engine?.drained()}, caught up ${machine.engine?.caughtUp()})`,
          )
    // Echoes of the last edits of others.
    await time.run(time.now + 1_000, () => false)
    return stalled
  }

  #unsent(machine: Machine): boolean {
    const found = this.#disk
      .connections(machine.dir, 'outbox.db')[0]
      ?.prepare(`select 1 from edits where state in ('queued', 'sending')`)
      .get()
    return found !== undefined || !machine.engine
  }

  async #finish(stalled: readonly string[]): Promise<SimRun> {
    await this.#verify()
    for (const machine of this.#machines) {
      const { engine } = machine
      if (engine) void machine.process.run(() => engine.stop())
    }
    await this.#time.run(this.#time.now + 5_000, () => false)
    const found = this.#check()
    const { executions } = this.#server
    const refused = executions.flatMap(({ answer }) => (answer.status === 'refused' ? [answer.code] : []))
    return {
      seed: this.#seed,
      ops: this.#ground.done,
      faults: this.#faults,
      conflicts: refused.filter((code) => code === 'conflict').length,
      refusals: refused.length,
      ...found,
      stalled: [...stalled, ...found.stalled],
      errors: [...this.#errors, ...this.#server.violations, ...found.errors],
      digest: this.#trace.digest(),
      trace: this.#trace.text,
    }
  }

  /** One client compares itself with the server by the product's own means. */
  async #verify(): Promise<void> {
    const machine = this.#machines[this.#seed % this.#machines.length]
    const engine = machine?.engine
    if (!machine || !engine) return
    let differences: number | null = null
    machine.process
      .run(() => engine.verify())
      .then(
        (verified) => {
          differences = verified.differences
        },
        (thrown: unknown) => this.#error(`verify failed: ${String(thrown)}`),
      )
    await this.#time.run(this.#time.now + 60_000, () => differences !== null)
    if (differences !== 0) this.#error(`${machine.name} verified with ${differences} differences`)
  }

  #check(): Findings {
    const { members, tables, audit, executions } = this.#server
    const clients = this.#machines.map((machine): ClientEnd => {
      const replica = readReplica(machine.dir, KEY)
      return {
        name: machine.name,
        edits: readOutbox(machine.dir, KEY),
        rows: (entity) => replica.get(entity) ?? [],
        expected: (entity) => this.#server.visible(machine.member, entity),
      }
    })
    if (members.length === 0) throw new Error('no members')
    return check({
      clients,
      promised: this.#ground.promised,
      decided: executions.map(({ edit, answer }) => ({
        id: edit.id,
        accepted: answer.status === 'accepted',
        code: answer.status === 'refused' ? answer.code : null,
      })),
      audit,
      serverRows: (entity) => new Map([...tables.rows(entity)].map(([id, { values }]) => [id, values])),
      firstRows: (entity) => this.#first.get(entity) ?? new Map(),
    })
  }

  #operate(): void {
    const up = this.#machines.filter((machine) => machine.up && machine.process.stoppedUntil <= this.#time.now)
    const machine = up[Math.floor(this.#random() * up.length)]
    const port = machine?.port
    if (!machine || !port) return
    operate(port, this.#ground, this.#random).catch((thrown: unknown) => {
      if (machine.process.alive) this.#error(`operation: ${thrown instanceof Error ? thrown.stack : String(thrown)}`)
    })
  }

  #populate(workspace: string, members: readonly Member[]): void {
    const random = this.#random
    const records: { entity: EntityName; id: string }[] = []
    this.#server.transaction((draft) => {
      draft.insert('workspaces', workspace, { name: 'Chaos', currency: 'EUR', time_zone: 'UTC' })
      for (const { id, userId, role, name } of members)
        draft.insert('workspace_members', id, {
          user_id: userId,
          role,
          display_name: name,
          email: `${name}@example.com`,
        })
    })
    this.#server.transaction((draft) => {
      for (let i = 0; i < 24; i++) {
        const id = uuidv7(START + i, random)
        const owner = members[i % members.length]?.id ?? null
        draft.insert('accounts', id, { type: 'customer', company: `First ${i}`, status: 'lead', assigned_to: owner })
        records.push({ entity: 'accounts', id })
        const child = uuidv7(START + 100 + i, random)
        const entity = i % 2 === 0 ? 'contacts' : 'notes'
        draft.insert(entity, child, {
          account_id: id,
          account_assigned_to: owner,
          ...(entity === 'contacts' ? { name: `Person ${i}` } : { body: `Note ${i}` }),
        })
        records.push({ entity, id: child })
      }
    })
    this.#ground.records.push(...records)
    Object.assign(this.#ground, { hot: records.slice(0, 12) })
    for (const entity of ENTITY_NAMES)
      this.#first.set(entity, new Map([...this.#server.tables.rows(entity)].map(([id, { values }]) => [id, values])))
  }

  #installDisk(): () => void {
    const machineOf = (dir: string): Machine | undefined => this.#machines.find((machine) => machine.dir === dir)
    return this.#disk.install({
      onBegin: (db, dir, file) => {
        const machine = machineOf(dir)
        if (!machine?.process.alive && file !== 'lock.db') throw new Killed('the process is dead')
        this.#saboteur.beginning(db, dir, file)
      },
      onCommit: (db, dir, file, phase) => {
        const machine = machineOf(dir)
        if (!machine) return
        if (phase === 'after') this.#trace.note(this.#time.now, machine.name, `commit ${file}`)
        if (phase === 'after' && file === 'outbox.db') this.#monitor.outboxCommitted(machine, db)
        if (!this.#saboteur.diesAt(machine, file, phase)) return
        machine.kill()
        throw new Killed('killed at a commit')
      },
      onFailure: (_file, thrown) => {
        const code = sqliteCode(thrown)
        if (code?.startsWith('SQLITE_FULL')) this.#faults.disk_full++
        if (code?.startsWith('SQLITE_BUSY')) this.#faults.disk_busy++
      },
    })
  }

  /** A rejection that nobody handles ends a real process. */
  #installRejections(): () => void {
    const onRejection = (reason: unknown): void => {
      const owner = this.#time.owners.getStore()
      const machine = this.#machines.find(({ process: life }) => life === owner)
      if (machine) machine.crashed(machine.process, reason)
      else if (!owner && !(reason instanceof Killed)) this.#error(`unhandled: ${String(reason)}`)
    }
    process.on('unhandledRejection', onRejection)
    return () => process.off('unhandledRejection', onRejection)
  }

  #error(text: string): void {
    this.#trace.note(this.#time.now, 'error', text)
    this.#errors.push(text)
  }

  close(): void {
    for (const undo of this.#uninstall) undo()
    for (const machine of this.#machines) {
      machine.process.alive = false
      this.#disk.remove(machine.dir)
    }
  }
}
