const SMALLEST = 1 << 10
const FULLEST = 0.7

/** The random end of a UUID: enough to tell rows apart by. */
const HASHED_CHARS = 12

/** A 32-bit hash (FNV-1a) of an id: several ids may share one. */
export const idKey = (id: string): number => {
  let hash = 0x811c9dc5
  for (let at = Math.max(0, id.length - HASHED_CHARS); at < id.length; at++)
    hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193)
  return hash >>> 0
}

/** Rowids by key in open addressing. */
class Slots {
  readonly #keys: Uint32Array
  /** The rowid of each slot; 0 = free, as SQLite's own rowids begin at 1. */
  readonly #rowids: Uint32Array
  #free: number

  constructor(size: number) {
    this.#keys = new Uint32Array(size)
    this.#rowids = new Uint32Array(size)
    this.#free = Math.floor(size * FULLEST)
  }

  get size(): number {
    return this.#keys.length
  }

  get full(): boolean {
    return this.#free === 0
  }

  put(key: number, rowid: number): void {
    const mask = this.#keys.length - 1
    let slot = mixed(key) & mask
    while (this.#rowids[slot] !== 0) slot = (slot + 1) & mask
    this.#keys[slot] = key
    this.#rowids[slot] = rowid
    this.#free--
  }

  *candidates(key: number): Generator<number> {
    const mask = this.#keys.length - 1
    for (let slot = mixed(key) & mask; ; slot = (slot + 1) & mask) {
      const rowid = this.#rowids[slot] ?? 0
      if (rowid === 0) return
      if (this.#keys[slot] === key) yield rowid
    }
  }
}

/**
 * Where the rows of a table without an index are: rowids by the hash of their id, eight bytes a slot. It stands in for
 * the index while a first load runs. What is full is left as it is and twice as much begun beside it: to move a million
 * rows over would hold an edit up.
 */
export class RowMap {
  #last = new Slots(SMALLEST)
  readonly #all = [this.#last]

  /** Rows in table order without gaps. */
  append(firstRowid: number, keys: Uint32Array): void {
    keys.forEach((key, at) => {
      this.add(firstRowid + at, key)
    })
  }

  add(rowid: number, key: number): void {
    if (this.#last.full) {
      this.#last = new Slots(this.#last.size * 2)
      this.#all.push(this.#last)
    }
    this.#last.put(key, rowid)
  }

  /** Rowids whose id may be the one with this key. */
  *candidates(key: number): Generator<number> {
    for (const slots of this.#all) yield* slots.candidates(key)
  }
}

/** FNV's low bits alone cluster. */
const mixed = (key: number): number => Math.imul(key ^ (key >>> 15), 0x2c1b3c6d) >>> 7
