import * as Comlink from 'comlink'
import type { Row } from '../../core/model/field.ts'
import type { ListSpec } from '../../core/query/spec.ts'
import { seededRandom } from '../../core/random.ts'
import { BenchData } from '../query/data.ts'
import { QUERIES } from '../query/queries.ts'
import { type ListAnswer, WINDOW_ROWS } from '../query/run.ts'
import { crossfilterPeer } from './crossfilter.ts'
import { ourEngine } from './our-engine.ts'
import type { Peer } from './peer.ts'
import { tanstackDb } from './tanstack-db.ts'

const WINDOWS = 5
/** Shorter measurements than this are repeated, with other constants, until they add up to it. */
const LEAST_MS = 5

const PEERS: Readonly<Record<string, () => Peer>> = {
  outpost: ourEngine,
  tanstack_db: tanstackDb,
  crossfilter: crossfilterPeer,
}

let data = new BenchData(0, 0)
let rows: Row[] = []
const loaded = new Map<string, Peer>()

const peerNamed = (name: string): Peer => {
  const peer = loaded.get(name)
  if (!peer) throw new Error(`${name} is not loaded`)
  return peer
}

const drawer = (query: string, seed: number): (() => ListSpec) => {
  const random = seededRandom(seed)
  const found = QUERIES.find((candidate) => candidate.name === query)
  if (!found) throw new Error(`no query ${query}`)
  return () => found.draw(random, data)
}

const api = {
  async load(name: string, accounts: number, seed: number): Promise<void> {
    if (rows.length === 0) {
      data = new BenchData(accounts, seed)
      rows = [...data.rows('accounts')]
    }
    const peer = PEERS[name]?.()
    if (!peer) throw new Error(`no peer ${name}`)
    await peer.load(rows)
    loaded.set(name, peer)
  },
  /** What a peer answers to the n-th drawing of a query, to be compared with the others. */
  async answer(name: string, query: string, seed: number): Promise<ListAnswer> {
    return peerNamed(name).ask(drawer(query, seed)(), [0, 0.3, 0.5, 0.9, 1], WINDOW_ROWS)
  },
  /** Milliseconds to the first answer of a new query, for each of `runs`. */
  async measure(name: string, query: string, seed: number, runs: number): Promise<readonly number[]> {
    const peer = peerNamed(name)
    const draw = drawer(query, seed)
    const random = seededRandom(seed)
    const times: number[] = []
    for (let run = 0; run < runs; run++) {
      let took = 0
      let repeats = 0
      while (took < LEAST_MS) {
        const spec = draw()
        const places = Array.from({ length: WINDOWS }, random)
        const begun = performance.now()
        await peer.ask(spec, places, WINDOW_ROWS)
        took += performance.now() - begun
        repeats++
      }
      times.push(took / repeats)
    }
    return times
  },
  /** Milliseconds from one changed row to the new total of an open list, for each of `runs`. */
  async measureUpdates(name: string, seed: number, runs: number): Promise<readonly number[]> {
    const peer = peerNamed(name)
    await peer.watch(drawer('three_fields_by_company', seed)())
    const random = seededRandom(seed)
    const times: number[] = []
    for (let run = 0; run < runs; run++) {
      let took = 0
      let repeats = 0
      while (took < LEAST_MS) {
        const row = rows[Math.floor(random() * rows.length)] as Row
        const changed = { ...row, status: random() < 0.5 ? 'won' : 'lead' }
        const begun = performance.now()
        await peer.update(changed)
        took += performance.now() - begun
        repeats++
      }
      times.push(took / repeats)
    }
    return times
  },
}

export type PeersApi = typeof api

Comlink.expose(api)
