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

/**
 * Where the rows of a table without an index are: rowids by the hash of their id, eight bytes a slot. It stands in for
 * the index while a first load runs.
 */
export class RowMap {
  #keys = new Uint32Array(SMALLEST)
  /** The rowid of each slot; 0 = free, as SQLite's own rowids begin at 1. */
  #rowids = new Uint32Array(SMALLEST)
  #size = 0

  /** Rows in table order without gaps. */
  append(firstRowid: number, keys: Uint32Array): void {
    this.#reserve(keys.length)
    keys.forEach((key, at) => {
      this.#put(key, firstRowid + at)
    })
  }

  add(rowid: number, key: number): void {
    this.#reserve(1)
    this.#put(key, rowid)
  }

  /** Rowids whose id may be the one with this key. */
  *candidates(key: number): Generator<number> {
    const mask = this.#keys.length - 1
    for (let slot = mixed(key) & mask; ; slot = (slot + 1) & mask) {
      const rowid = this.#rowids[slot] ?? 0
      if (rowid === 0) return
      if (this.#keys[slot] === key) yield rowid
    }
  }

  #reserve(more: number): void {
    let slots = this.#keys.length
    while (this.#size + more > slots * FULLEST) slots *= 2
    if (slots === this.#keys.length) return
    const [keys, rowids] = [this.#keys, this.#rowids]
    this.#keys = new Uint32Array(slots)
    this.#rowids = new Uint32Array(slots)
    this.#size = 0
    rowids.forEach((rowid, slot) => {
      if (rowid !== 0) this.#put(keys[slot] ?? 0, rowid)
    })
  }

  #put(key: number, rowid: number): void {
    const mask = this.#keys.length - 1
    let slot = mixed(key) & mask
    while (this.#rowids[slot] !== 0) slot = (slot + 1) & mask
    this.#keys[slot] = key
    this.#rowids[slot] = rowid
    this.#size++
  }
}

/** FNV's low bits alone cluster. */
const mixed = (key: number): number => Math.imul(key ^ (key >>> 15), 0x2c1b3c6d) >>> 7
