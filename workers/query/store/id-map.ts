import { OutpostError } from '../../../core/errors.ts'

/** Rows filed between two chances to pause. */
const ADOPT_ROWS = 16_384
const SCRATCH = new Uint32Array(4)

const HEX_CODES = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0))
const DASH = 45
const ID_LENGTH = 36
const decoder = new TextDecoder()

/** Value of each hex digit by its character; 255 for anything else, capitals too: Postgres writes none. */
const HEX_VALUE = Uint8Array.from({ length: 128 }, (_, code) => {
  const digit = '0123456789abcdef'.indexOf(String.fromCharCode(code))
  return digit < 0 ? 255 : digit
})

/** Reads a UUID into the scratch words; false where the text is none. */
const parseInto = (id: string): boolean => {
  if (id.length !== 36) return false
  let at = 0
  for (let word = 0; word < 4; word++) {
    let value = 0
    for (let digits = 0; digits < 8; at++) {
      const code = id.charCodeAt(at)
      if (at === 8 || at === 13 || at === 18 || at === 23) {
        if (code !== DASH) return false
        continue
      }
      const digit = code < 128 ? (HEX_VALUE[code] as number) : 255
      if (digit === 255) return false
      value = (value << 4) | digit
      digits++
    }
    SCRATCH[word] = value
  }
  return true
}

/**
 * Ids of a table's rows: 16 bytes each, and an open-addressed hash table from id to row number. A row keeps its number
 * for the life of the table, removed or not. The order of the words is the order of the id's text.
 */
export class IdMap {
  /** Row numbers given out. */
  size = 0
  words = new Uint32Array(4 * 1024)
  private named = 0
  private slots = new Int32Array(2048).fill(-1)

  private home(slots: Int32Array): number {
    let hash = (SCRATCH[3] as number) ^ Math.imul(SCRATCH[2] as number, 0x9e3779b1)
    hash ^= Math.imul((SCRATCH[1] as number) ^ Math.imul(SCRATCH[0] as number, 0x85ebca6b), 0xc2b2ae35)
    return (hash ^ (hash >>> 15)) & (slots.length - 1)
  }

  /** The slot that holds the scratch id, or the free one where it belongs. */
  private probe(slots = this.slots): number {
    const { words } = this
    const mask = slots.length - 1
    for (let at = this.home(slots); ; at = (at + 1) & mask) {
      const row = slots[at] as number
      if (row < 0) return at
      const base = row * 4
      if (
        words[base + 3] === SCRATCH[3] &&
        words[base + 2] === SCRATCH[2] &&
        words[base + 1] === SCRATCH[1] &&
        words[base] === SCRATCH[0]
      )
        return at
    }
  }

  /** The row of an id; -1 where there is none. */
  find(id: string): number {
    return parseInto(id) ? (this.slots[this.probe()] as number) : -1
  }

  /** The row of an id, a new one if need be. Throws `invalid_request` where the text is no lower-case UUID. */
  add(id: string): number {
    if (!parseInto(id)) throw new OutpostError('invalid_request', 'An id is not a UUID.')
    const at = this.probe()
    const known = this.slots[at] as number
    if (known >= 0) return known
    const row = this.addNameless()
    this.words.set(SCRATCH, row * 4)
    this.named++
    this.slots[at] = row
    if (this.named * 2 > this.slots.length) this.rehash()
    return row
  }

  /** A row number that no id leads to. */
  addNameless(): number {
    const row = this.size++
    if (this.words.length < this.size * 4) {
      const grown = new Uint32Array(4 * Math.ceil(this.size * 1.5 + 1024))
      grown.set(this.words)
      this.words = grown
    }
    return row
  }

  /** Gives back the room that growth took too much of; false where there is none. */
  trim(): boolean {
    const wanted = 4 * Math.ceil(this.size * 1.05 + 1024)
    if (this.words.length <= wanted * 1.05) return false
    this.words = this.words.slice(0, wanted)
    return true
  }

  /** Gives a nameless row the id of another for as long as both stand for one record. */
  copyName(from: number, to: number): void {
    this.words.copyWithin(to * 4, from * 4, from * 4 + 4)
  }

  /** Makes room for so many more rows in slices, where a row more at a time would copy or file all of them at once. */
  *makeRoomFor(more: number): Generator<undefined, void> {
    if (this.words.length < (this.size + more) * 4) {
      const grown = new Uint32Array(4 * Math.ceil((this.size + more) * 1.5 + 1024))
      grown.set(this.words)
      this.words = grown
      yield
    }
    if ((this.named + more) * 2 <= this.slots.length) return
    const slots = new Int32Array(2 ** Math.ceil(Math.log2((this.named + more) * 2 + 1))).fill(-1)
    yield
    for (let at = 0; at < this.slots.length; at++) {
      const row = this.slots[at] as number
      if (row >= 0) this.file(row, slots)
      if (at % ADOPT_ROWS === ADOPT_ROWS - 1) yield
    }
    this.slots = slots
  }

  private rehash(): void {
    const before = this.slots
    this.slots = new Int32Array(before.length * 2).fill(-1)
    for (const row of before) if (row >= 0) this.file(row)
  }

  /** Puts a row where its words lead to; false where another row has the same id. */
  private file(row: number, slots = this.slots): boolean {
    for (let word = 0; word < 4; word++) SCRATCH[word] = this.words[row * 4 + word] as number
    const at = this.probe(slots)
    if ((slots[at] as number) >= 0) return false
    slots[at] = row
    return true
  }

  /**
   * Takes the words of another map in place of its own nothing, in slices. Answers false where two rows have one id.
   *
   * @param nameless rows that no id leads to
   */
  *adopt(words: Uint32Array<ArrayBuffer>, nameless: ReadonlySet<number>): Generator<undefined, boolean> {
    this.words = words
    this.size = words.length / 4
    this.named = this.size - nameless.size
    this.slots = new Int32Array(2 ** Math.max(11, Math.ceil(Math.log2(this.named * 2 + 1)))).fill(-1)
    for (let row = 0; row < this.size; row++) {
      if (row % ADOPT_ROWS === ADOPT_ROWS - 1) yield
      if (!nameless.has(row) && !this.file(row)) return false
    }
    return true
  }

  /** The id of a row, as text. */
  text(row: number): string {
    return this.texts([row])[0] as string
  }

  /** The ids of some rows: one decoding for all of them. */
  texts(rows: readonly number[]): string[] {
    const bytes = new Uint8Array(rows.length * ID_LENGTH)
    let at = 0
    for (const row of rows) {
      for (let word = 0; word < 4; word++) {
        const value = this.words[row * 4 + word] as number
        for (let shift = 28; shift >= 0; shift -= 4) {
          // Dashes stand before the third byte pair and after each of the next three.
          if (shift === 12 ? word === 1 || word === 2 : shift === 28 && (word === 1 || word === 2)) bytes[at++] = DASH
          bytes[at++] = HEX_CODES[(value >>> shift) & 15] as number
        }
      }
    }
    const all = decoder.decode(bytes)
    return rows.map((_, i) => all.slice(i * ID_LENGTH, (i + 1) * ID_LENGTH))
  }

  compare(a: number, b: number): number {
    for (let i = 0; i < 4; i++) {
      const x = this.words[a * 4 + i] as number
      const y = this.words[b * 4 + i] as number
      if (x !== y) return x - y
    }
    return 0
  }

  bytes(): number {
    return this.words.byteLength + this.slots.byteLength
  }
}
