import type Database from 'better-sqlite3'
import type { Random } from '../../../core/random.ts'
import { type Db, openDatabase } from '../../../db/sqlite/connection.ts'
import { type FaultKind, isNetworkKind, type PlannedFault } from '../faults.ts'
import type { ModelServer } from '../model/server.ts'
import type { CommitPhase, SimDisk } from './disk.ts'
import { KEY, type Machine } from './machine.ts'
import type { Monitor } from './monitor.ts'
import type { SimNetwork, Window } from './network.ts'
import type { VirtualTime } from './time.ts'

const ALL_PAGES = 4_294_967_294
const ATTEMPT_MS = 20
const JUMP_MS = 2 * 3_600_000

export interface SaboteurDeps {
  readonly time: VirtualTime
  readonly random: Random
  readonly disk: SimDisk
  readonly network: SimNetwork
  readonly server: ModelServer
  readonly machines: readonly Machine[]
  readonly monitor: Monitor
  readonly hit: (kind: FaultKind) => void
  /** Edits that were made, for the one that poisons. */
  readonly promised: ReadonlyMap<string, number>
}

interface ArmedKill {
  commits: number
  readonly file: string
  readonly phase: CommitPhase
}

/** Carries out planned faults, and ends them. */
export class Saboteur {
  readonly #deps: SaboteurDeps
  readonly #armed = new Map<string, ArmedKill>()
  readonly #full = new Set<string>()
  readonly #lockers = new Map<string, Db>()

  constructor(deps: SaboteurDeps) {
    this.#deps = deps
  }

  plan(faults: readonly PlannedFault[], startedAt: number): void {
    const { time } = this.#deps
    for (const fault of faults)
      time.at(startedAt + fault.fromMs, () => {
        const end = this.#begin(fault)
        time.at(startedAt + fault.untilMs, end)
      })
  }

  /** A machine is to die at this commit. */
  diesAt(machine: Machine, file: string, phase: CommitPhase): boolean {
    const armed = this.#armed.get(machine.name)
    if (!armed || armed.file !== file || armed.phase !== phase || --armed.commits > 0) return false
    this.#armed.delete(machine.name)
    return true
  }

  /** A new connection of a full disk is as full as the others. */
  beginning(db: Database.Database, dir: string, file: string): void {
    if (!this.#full.has(`${dir}/${file}`)) return
    db.pragma(`max_page_count = ${Number(db.pragma('page_count', { simple: true }))}`)
  }

  #begin({ kind, client }: PlannedFault): () => void {
    const { network, server, time, random, hit, disk, monitor } = this.#deps
    if (isNetworkKind(kind)) {
      if (kind === 'poison_edit') for (const id of [...this.#deps.promised.keys()].slice(-3)) network.poisoned.add(id)
      const window: Window = { kind, client: kind === 'poison_edit' ? null : client }
      network.windows.add(window)
      return () => network.windows.delete(window)
    }
    const machine = this.#deps.machines[client ?? 0]
    if (!machine) return () => {}
    switch (kind) {
      case 'refetch_with_handle':
      case 'refetch_without_handle': {
        // Whoever waits is told without a handle; who asks later is told the new one. Between two requests of a client is a moment.
        const live = kind === 'refetch_without_handle'
        let over = false
        const attempt = (): void => {
          if (over) return
          if (server.shapes.drop((shape) => live === shape.waiters.size > 0 && random() < 0.6) === 0)
            time.after(ATTEMPT_MS, attempt)
        }
        attempt()
        return () => {
          over = true
        }
      }
      case 'gateway_restart':
        network.gatewayDown = true
        network.cutAll()
        return () => {
          network.gatewayDown = false
        }
      case 'endpoint_kill':
        network.endpointDown = true
        return () => {
          network.endpointDown = false
          if (random() < 0.3) server.shapes.drop(() => random() < 0.3)
        }
      case 'postgres_kill':
        network.postgresDown = true
        return () => {
          network.postgresDown = false
        }
      case 'sync_kill':
        hit(kind)
        if (random() < 0.3) machine.kill()
        else
          this.#armed.set(machine.name, {
            commits: 1 + Math.floor(random() * 12),
            file: random() < 0.6 ? 'outbox.db' : 'replica.db',
            phase: random() < 0.5 ? 'before' : 'after',
          })
        return () => {
          if (this.#armed.delete(machine.name)) machine.kill()
          machine.start()
        }
      case 'sync_stop':
        hit(kind)
        machine.process.stoppedUntil = time.now + 1_000 + random() * 5_000
        return () => {}
      case 'replica_deleted':
        hit(kind)
        machine.kill()
        machine.deleteReplica()
        monitor.forget(machine)
        return () => machine.start()
      case 'clock_jump':
        hit(kind)
        machine.process.skewMs += Math.round((random() * 2 - 1) * JUMP_MS)
        return () => {}
      case 'token_expired':
        machine.tokenNumber++
        return () => {
          machine.token = `token-${machine.tokenNumber}`
          machine.process.run(() => machine.engine?.setToken(machine.token))
        }
      case 'membership_revoked':
        server.revoked.add(machine.member.userId)
        return () => {
          server.revoked.delete(machine.member.userId)
          for (const other of this.#deps.machines)
            if (other.member.userId === machine.member.userId) other.process.run(() => other.engine?.wake())
        }
      case 'disk_full': {
        const { dir } = machine
        for (const file of ['outbox.db', 'replica.db']) this.#full.add(`${dir}/${file}`)
        return () => {
          for (const file of ['outbox.db', 'replica.db']) {
            this.#full.delete(`${dir}/${file}`)
            for (const db of disk.connections(dir, file)) if (!db.readonly) db.pragma(`max_page_count = ${ALL_PAGES}`)
          }
        }
      }
      case 'disk_busy':
        return this.#lock(machine, random() < 0.6 ? 'outbox.db' : 'replica.db')
    }
  }

  /** Another connection holds the write lock; nobody waits for it, since waiting would stop the simulation. */
  #lock(machine: Machine, file: string): () => void {
    const { disk } = this.#deps
    const { dir } = machine
    const open = disk.connections(dir, file)
    const [first] = open
    if (!first || this.#lockers.has(first.name)) return () => {}
    const locker = openDatabase({ path: first.name, key: KEY, durability: 'full', busyTimeoutMs: 0 })
    locker.exec('begin immediate')
    this.#lockers.set(first.name, locker)
    for (const db of open) db.pragma('busy_timeout = 0')
    return () => {
      this.#lockers.delete(first.name)
      if (locker.open) locker.close()
      for (const db of disk.connections(dir, file)) db.pragma('busy_timeout = 5000')
    }
  }
}
