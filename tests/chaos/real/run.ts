import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { uuidv7 } from '../../../core/id.ts'
import { ENTITY_NAMES } from '../../../core/model/entities.ts'
import { type Random, seededRandom } from '../../../core/random.ts'
import { openDatabase } from '../../../db/sqlite/connection.ts'
import type { Verification } from '../../../workers/sync/verify.ts'
import { check } from '../checks.ts'
import { type FaultKind, isNetworkKind, noFaults, type PlannedFault, planFaults } from '../faults.ts'
import type { Member } from '../model/tables.ts'
import { type Ground, operate } from '../operations.ts'
import { readOutbox, readReplica } from '../read-files.ts'
import { findings, type SeedResult } from '../report.ts'
import { RealBackend, signToken } from './backend.ts'
import { ClientProcess } from './client-process.ts'
import { FaultProxy } from './proxy.ts'
import { allRows, auditOf, expectedRows, ledgerOf } from './truth.ts'

const SPAN_MS = 12_000
const BEGUN_MS = 30_000
const ATTEMPTS = 420
const CAP_MS = 2_000
const ENOUGH = 210
/** The machine is shared: what the simulation holds to the millisecond gets some air here. */
const QUEUES_MS = 2 * CAP_MS + 4_000
const REST_MS = 60_000
const VERIFY_MS = 60_000
const KEY = 'cd'.repeat(32)
const HOUR_MS = 3_600_000
const ROLES = ['admin', 'manager', 'rep', 'rep', 'rep'] as const
const PERSON = [0, 1, 2, 2, 4] as const

/** Starts the backend once; each call then runs one seed over it. The schedule replays, its interleaving does not. */
export const openReal = async (say: (line: string) => void): Promise<(seed: number) => Promise<SeedResult>> => {
  const backend = await RealBackend.open()
  process.once('exit', () => void backend.stop())
  return async (seed) => {
    const began = performance.now()
    const run = new RealRun(backend, seed)
    const result = await run.play()
    if (findings(result).length > 0) say(backend.lastWords())
    say(`seed ${seed}: ${result.ops} operations, ${Math.round((performance.now() - began) / 1_000)} s`)
    return result
  }
}

class RealRun {
  readonly #backend: RealBackend
  readonly #seed: number
  readonly #random: Random
  readonly #faults = noFaults()
  readonly #errors: string[] = []
  readonly #root = mkdtempSync(join(tmpdir(), 'outpost-chaos-'))
  readonly #members: readonly Member[]
  readonly #workspace: string
  #clients: ClientProcess[] = []
  #proxies: FaultProxy[] = []
  readonly #ground: Ground

  constructor(backend: RealBackend, seed: number) {
    this.#backend = backend
    this.#seed = seed
    this.#random = seededRandom(seed)
    const random = this.#random
    this.#members = ROLES.map(
      (role, at): Member => ({
        id: uuidv7(Date.now(), random),
        userId: `user-${seed}-${at}`,
        role,
        name: `member-${at}`,
      }),
    )
    this.#workspace = uuidv7(Date.now(), random)
    this.#ground = {
      records: [],
      hot: [],
      members: this.#members.map(({ id }) => id),
      promised: new Map(),
      recent: new Map(),
      done: 0,
      now: () => Date.now(),
    }
  }

  async play(): Promise<SeedResult> {
    const accounts = await this.#backend.begin(this.#workspace, this.#members, this.#random)
    this.#ground.records.push(...accounts.map((id) => ({ entity: 'accounts' as const, id })))
    Object.assign(this.#ground, { hot: this.#ground.records.slice(0, 8) })
    const first = await allRows(this.#backend.sql)
    await this.#openClients()
    await this.#begun()
    const faults = planFaults(this.#random, SPAN_MS, this.#clients.length).map((fault) => this.#schedule(fault))
    const operations = Array.from({ length: ATTEMPTS }, async () => {
      await sleep(500 + this.#random() * (SPAN_MS - 500))
      await this.#operate()
    })
    await Promise.all(faults)
    await Promise.race([Promise.all(operations), sleep(SPAN_MS)])
    // Faults keep some from being answered; a run has enough of them all the same.
    const latest = performance.now() + SPAN_MS
    while (this.#ground.done < ENOUGH && performance.now() < latest)
      await Promise.race([Promise.all(Array.from({ length: 5 }, () => this.#operate())), sleep(1_000)])
    const stalled = await this.#heal()
    return this.#finish(stalled, first)
  }

  async #openClients(): Promise<void> {
    for (const [index, person] of PERSON.entries()) {
      const member = this.#members[person]
      if (!member) continue
      const proxy = new FaultProxy({
        gateway: this.#backend.gatewayUrl,
        random: this.#random,
        hit: (kind) => this.#hit(kind),
      })
      await proxy.open()
      this.#proxies.push(proxy)
      const client = new ClientProcess(
        index,
        member.id,
        await signToken(member, Date.now() + 12 * HOUR_MS),
        {
          gateway: proxy.url,
          workspace: this.#workspace,
          dataDir: join(this.#root, `c${index}`),
          key: KEY,
          capMs: CAP_MS,
        },
        (text) => this.#errors.push(text),
      )
      this.#clients.push(client)
      client.start()
    }
  }

  /** Faults would hit nothing while the processes are still being loaded; the first load is under way when they begin. */
  async #begun(): Promise<void> {
    const end = performance.now() + BEGUN_MS
    while (this.#proxies.some(({ handles }) => handles.size < ENTITY_NAMES.length)) {
      if (performance.now() > end) throw new Error('The clients never asked for their shapes')
      await sleep(20)
    }
  }

  #hit(kind: FaultKind): void {
    this.#faults[kind]++
  }

  async #operate(): Promise<void> {
    const up = this.#clients.filter((client) => client.up)
    const client = up[Math.floor(this.#random() * up.length)]
    if (client) await operate(client.port, this.#ground, this.#random)
  }

  async #schedule(fault: PlannedFault): Promise<void> {
    await sleep(fault.fromMs)
    await this.#fault(fault).catch((thrown: unknown) => {
      this.#errors.push(`${fault.kind}: ${thrown instanceof Error ? thrown.stack : String(thrown)}`)
    })
  }

  async #fault({ kind, client: chosen, fromMs, untilMs }: PlannedFault): Promise<void> {
    const lasting = (): Promise<void> => sleep(untilMs - fromMs)
    const backend = this.#backend
    if (isNetworkKind(kind)) {
      const hitProxies = this.#proxies.filter(
        (_, index) => chosen === null || kind === 'poison_edit' || index === chosen,
      )
      for (const proxy of hitProxies) {
        if (kind === 'poison_edit') for (const id of [...this.#ground.promised.keys()].slice(-3)) proxy.poisoned.add(id)
        proxy.windows.add(kind)
      }
      await lasting()
      for (const proxy of hitProxies) proxy.windows.delete(kind)
      return
    }
    const client = this.#clients[chosen ?? 0]
    const proxy = this.#proxies[chosen ?? 0]
    const member = this.#members[PERSON[chosen ?? 0] ?? 0]
    if (!client || !proxy || !member) return
    switch (kind) {
      case 'refetch_with_handle':
      case 'refetch_without_handle':
        // Whoever waits at the moment is told without a handle, who asks later with one.
        for (const handle of new Set(this.#proxies.flatMap(({ handles }) => [...handles.values()])))
          if (this.#random() < 0.5) await backend.dropShape(handle)
        return
      case 'gateway_restart':
        await this.#inTurn(kind, async () => {
          await backend.killGateway()
          await lasting()
          await backend.startGateway()
        })
        return
      case 'endpoint_kill':
        await this.#inTurn(kind, async () => {
          await backend.killEndpoint()
          await lasting()
          backend.startEndpoint()
        })
        return
      case 'postgres_kill':
        await this.#inTurn(kind, async () => {
          await backend.killPostgres()
          await lasting()
          await backend.startPostgres()
        })
        return
      case 'sync_kill':
      case 'replica_deleted':
        this.#hit(kind)
        await client.kill()
        if (kind === 'replica_deleted') client.deleteReplica()
        await lasting()
        client.start()
        return
      case 'sync_stop':
        this.#hit(kind)
        client.signal('SIGSTOP')
        await lasting()
        client.signal('SIGCONT')
        return
      case 'clock_jump': {
        this.#hit(kind)
        const byMs = Math.round((this.#random() * 2 - 1) * 2 * HOUR_MS)
        client.skewMs += byMs
        await client.ask({ t: 'jump', byMs })
        return
      }
      case 'token_expired':
        proxy.expiredToken = await signToken(member, Date.now() - HOUR_MS)
        await lasting()
        proxy.expiredToken = null
        client.token = await signToken(member, Date.now() + 11 * HOUR_MS)
        await client.ask({ t: 'token', token: client.token })
        return
      case 'membership_revoked':
        await this.#membership(member, false)
        await lasting()
        await this.#membership(member, true)
        for (const other of this.#clients) if (other.memberId === member.id) await other.ask({ t: 'wake' })
        return
      case 'disk_full':
        await client.ask({ t: 'full', on: true })
        await lasting()
        await client.ask({ t: 'full', on: false })
        return
      case 'disk_busy':
        await this.#inTurn(kind, async () => {
          const locker = openDatabase({ path: join(client.dataDir, 'outbox.db'), key: KEY, durability: 'full' })
          locker.pragma('busy_timeout = 1000')
          locker.exec('begin immediate')
          await lasting()
          locker.close()
        })
    }
  }

  readonly #turns = new Map<FaultKind, Promise<void>>()

  /** One after the other: what is down cannot be killed, nor what is locked be locked. */
  #inTurn(kind: FaultKind, work: () => Promise<void>): Promise<void> {
    const turn = (this.#turns.get(kind) ?? Promise.resolve()).then(() => {
      this.#hit(kind)
      return work()
    })
    this.#turns.set(kind, turn)
    return turn
  }

  /** Tried until Postgres takes it: it may be the one that is down. */
  async #membership({ id }: Member, given: boolean): Promise<void> {
    const statement = given
      ? 'update workspace_members set deleted_at = null, deleted_by_mutation = null where id = $1'
      : 'update workspace_members set deleted_at = now(), deleted_by_mutation = gen_random_uuid() where id = $1'
    for (let tries = 0; ; tries++) {
      try {
        await this.#backend.sql.query(statement, [id])
        return
      } catch (thrown) {
        if (tries === 60) throw thrown
        await sleep(100)
      }
    }
  }

  async #heal(): Promise<string[]> {
    for (const client of this.#clients) {
      client.signal('SIGCONT')
      client.start()
    }
    await sleep(2_000)
    const stalled: string[] = []
    const rests = async (limitMs: number, what: string, holds: (client: ClientProcess) => Promise<boolean>) => {
      const end = performance.now() + limitMs
      const left = new Set(this.#clients)
      while (left.size > 0 && performance.now() < end) {
        for (const client of left) if (await holds(client)) left.delete(client)
        if (left.size > 0) await sleep(100)
      }
      for (const client of left) stalled.push(`c${client.index}: ${what} ${JSON.stringify(await client.state())}`)
    }
    await rests(QUEUES_MS, 'queue not empty', async (client) => {
      const listed = await client.port.call('outbox.list', {})
      if (!listed.ok) return false
      const held = new Set(listed.value.flatMap(({ blocks }) => blocks))
      return listed.value.every(({ state, edit }) => (state !== 'queued' && state !== 'sending') || held.has(edit.id))
    })
    await rests(REST_MS, 'not at rest', async (client) => {
      const state = await client.state()
      return (state?.drained && state.caughtUp) === true
    })
    await sleep(1_500)
    return stalled
  }

  /** What follows a stream that never answers waits for it without end: a finding, not a reason to wait as well. */
  async #verify(client: ClientProcess): Promise<readonly string[]> {
    const verified = await Promise.race([
      client.ask<Verification>({ t: 'verify' }),
      sleep(VERIFY_MS, 'late' as const, { ref: false }),
    ])
    if (verified === 'late') return [`c${client.index}: verification not done ${JSON.stringify(await client.state())}`]
    if (verified?.differences !== 0) this.#errors.push(`c${client.index} verified with ${verified?.differences}`)
    return []
  }

  async #finish(rested: readonly string[], first: Awaited<ReturnType<typeof allRows>>): Promise<SeedResult> {
    const stalled = [...rested]
    for (const client of this.#clients) {
      stalled.push(...(await this.#verify(client)))
      this.#faults.disk_full += client.fullHits
      await client.stop()
    }
    const { sql } = this.#backend
    const decided = await ledgerOf(sql)
    const last = await allRows(sql)
    const clients = await Promise.all(
      this.#clients.map(async ({ index, dataDir }) => {
        const member = this.#members[PERSON[index] ?? 0]
        if (!member) throw new Error('no such member')
        const expected = await expectedRows(sql, this.#workspace, member)
        const replica = readReplica(dataDir, KEY)
        return {
          name: `c${index}`,
          edits: readOutbox(dataDir, KEY),
          rows: (entity: Parameters<typeof expected.get>[0]) => replica.get(entity) ?? [],
          expected: (entity: Parameters<typeof expected.get>[0]) => expected.get(entity) ?? [],
        }
      }),
    )
    const found = check({
      clients,
      promised: this.#ground.promised,
      decided,
      audit: await auditOf(sql),
      serverRows: (entity) => last.get(entity) ?? new Map(),
      firstRows: (entity) => first.get(entity) ?? new Map(),
    })
    for (const proxy of this.#proxies) proxy.close()
    await this.#backend.end()
    rmSync(this.#root, { recursive: true, force: true })
    const refused = decided.filter(({ accepted }) => !accepted)
    return {
      seed: this.#seed,
      ops: this.#ground.done,
      faults: this.#faults,
      conflicts: refused.filter(({ code }) => code === 'conflict').length,
      refusals: refused.length,
      ...found,
      stalled: [...stalled, ...found.stalled],
      errors: [...this.#errors, ...found.errors],
    }
  }
}
