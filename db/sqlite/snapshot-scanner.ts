import { kindOf, valueFromPg } from '../../core/model/convert.ts'
import { columnsOf, type EntityName } from '../../core/model/entities.ts'
import type { FieldKind, Value } from '../../core/model/field.ts'
import type { ShapeMessage } from '../../core/sync/shape-message.ts'

/** The body is not a stretch of a snapshot as Electric writes it: read it as any JSON instead. */
export class UnfamiliarBody extends Error {}

const [QUOTE, BACKSLASH, COMMA, OPEN, CLOSE, BRACE_OPEN, BRACE_CLOSE, LOWER_N] = [34, 92, 44, 91, 93, 123, 125, 110]
const [ZERO, NINE, MINUS, DASH, COLON, SPACE, DOT, PLUS] = [48, 57, 45, 45, 58, 32, 46, 43]
/** More digits than these may not fit a number exactly. */
const SAFE_DIGITS = 15

/** Node's Buffer with the two functions that its toString calls, which costs as much as they do for a short text. */
interface TextBytes extends Buffer {
  latin1Slice(from: number, to: number): string
  utf8Slice(from: number, to: number): string
}
const NOTHING = Buffer.alloc(0) as TextBytes

/** What stands between the cells of every row of a body: learnt from its first row. */
interface Template {
  /** Before the key, then before each cell. */
  readonly heads: readonly Text[]
  /** Where each cell goes in the table's row; -1 where the table has no such column. */
  readonly places: Int32Array
  readonly kinds: readonly (FieldKind | 'id')[]
  readonly tail: Text
  /** The first key's length with its quotes; most are as long. */
  readonly keyLength: number
}

/** A text to compare with, four bytes at a time. */
interface Text {
  readonly bytes: Uint8Array
  readonly words: Int32Array
}

const textOf = (text: string): Text => {
  const bytes = Buffer.from(text)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return { bytes, words: Int32Array.from({ length: bytes.length >> 2 }, (_, at) => view.getInt32(at * 4, true)) }
}

/**
 * Reads the rows of a snapshot's bodies straight from their bytes, about three times as fast as JSON.parse and with
 * next to no garbage: every row of a body looks like its first one (same keys in the same order, same headers), which
 * is checked byte by byte. Anything else is refused, never guessed at.
 */
export class SnapshotScanner {
  readonly #entity: EntityName
  readonly #columns: readonly string[]
  #bytes = NOTHING
  #view = new DataView(NOTHING.buffer)
  /** Where the next byte is read. */
  #at = 0

  constructor(entity: EntityName) {
    this.#entity = entity
    this.#columns = columnsOf(entity)
  }

  /**
   * Calls `row` with the values of each row in the table's column order; the array is reused for the next.
   *
   * @returns the control messages behind the rows
   * @throws UnfamiliarBody, perhaps after some rows
   */
  scan(body: Uint8Array<ArrayBuffer>, row: (values: readonly Value[]) => void): readonly ShapeMessage[] {
    this.#bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength) as TextBytes
    this.#view = new DataView(body.buffer, body.byteOffset, body.byteLength)
    try {
      return this.#scan(row)
    } finally {
      this.#bytes = NOTHING
      this.#view = new DataView(NOTHING.buffer)
    }
  }

  #scan(row: (values: readonly Value[]) => void): readonly ShapeMessage[] {
    const bytes = this.#bytes
    if (bytes[0] !== OPEN) throw new UnfamiliarBody()
    const { heads, places, kinds, tail, keyLength } = this.#learn(1)
    const keyHead = heads[0] ?? tail
    const values: Value[] = this.#columns.map(() => null)
    this.#at = 1
    for (;;) {
      if (!this.#skip(keyHead)) return this.#controls()
      for (let cell = 0; cell < places.length; cell++) {
        const head = heads[cell + 1] ?? tail
        const follows = cell === 0 ? this.#skipKey(keyLength, head) : this.#skip(head)
        if (!follows) throw new UnfamiliarBody()
        const value = this.#cell(kinds[cell] ?? 'text')
        const place = places[cell] ?? -1
        if (place >= 0) values[place] = value
      }
      if (!this.#skip(tail)) throw new UnfamiliarBody()
      row(values)
      const next = bytes[this.#at++]
      if (next === CLOSE && this.#at === bytes.length) return []
      if (next !== COMMA) throw new UnfamiliarBody()
    }
  }

  /** Takes the first row apart with JSON.parse, and with it what all rows have in common. */
  #learn(from: number): Template {
    const bytes = this.#bytes
    const text = bytes.toString('utf8', from, this.#elementEnd(from))
    const first: unknown = JSON.parse(text)
    if (!isSnapshotRow(first)) throw new UnfamiliarBody()
    const names = Object.keys(first.value)
    const heads = ['{"key":', ...names.map((name, at) => `${at === 0 ? ',"value":{' : ','}${JSON.stringify(name)}:`)]
    const at = text.lastIndexOf('},"headers":')
    if (at < 0) throw new UnfamiliarBody()
    return {
      heads: heads.map(textOf),
      places: Int32Array.from(names, (name) => this.#columns.indexOf(name)),
      kinds: names.map((name) => (this.#columns.includes(name) ? kindOf(this.#entity, name) : 'text')),
      tail: textOf(text.slice(at)),
      keyLength: Buffer.byteLength(JSON.stringify(first.key)),
    }
  }

  /** Where the element that begins at `from` ends. */
  #elementEnd(from: number): number {
    const bytes = this.#bytes
    let depth = 0
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at]
      if (byte === QUOTE) {
        this.#at = at
        this.#skipString()
        at = this.#at - 1
      } else if (byte === BRACE_OPEN) depth++
      else if (byte === BRACE_CLOSE && --depth === 0) return at + 1
    }
    throw new UnfamiliarBody()
  }

  /** Moves past `expected` if it comes next. */
  #skip({ bytes: expected, words }: Text): boolean {
    const at = this.#at
    const end = at + expected.length
    if (end > this.#bytes.length) return false
    for (let word = 0; word < words.length; word++)
      if (this.#view.getInt32(at + word * 4, true) !== words[word]) return false
    for (let i = words.length * 4; i < expected.length; i++) if (this.#bytes[at + i] !== expected[i]) return false
    this.#at = end
    return true
  }

  /** Moves past the key and what follows it: at once where the key is as long as usual. */
  #skipKey(usualLength: number, next: Text): boolean {
    const from = this.#at
    // A quote inside the key would have a backslash before it.
    if (this.#bytes[from + usualLength - 2] !== BACKSLASH) {
      this.#at = from + usualLength
      if (this.#bytes[this.#at - 1] === QUOTE && this.#skip(next)) return true
      this.#at = from
    }
    this.#skipString()
    return this.#skip(next)
  }

  /** Moves past a string. */
  #skipString(): void {
    const bytes = this.#bytes
    let at = this.#at
    if (bytes[at] !== QUOTE) throw new UnfamiliarBody()
    for (at++; bytes[at] !== QUOTE; at++) {
      if (bytes[at] === BACKSLASH) at++
      if (at >= bytes.length) throw new UnfamiliarBody()
    }
    this.#at = at + 1
  }

  #cell(kind: FieldKind | 'id'): Value {
    const bytes = this.#bytes
    const from = this.#at + 1
    if (bytes[this.#at] === LOWER_N) {
      this.#at += 'null'.length
      return null
    }
    if (bytes[this.#at] !== QUOTE) throw new UnfamiliarBody()
    let to = from
    let escaped = false
    let wide = 0
    for (let byte = bytes[to]; byte !== QUOTE; byte = bytes[to]) {
      if (byte === undefined) throw new UnfamiliarBody()
      if (byte === BACKSLASH) {
        escaped = true
        to++
      }
      wide |= byte
      to++
    }
    this.#at = to + 1
    if (kind === 'money' || kind === 'int') {
      const number = integer(bytes, from, to)
      if (number !== null) return number
    } else if (kind === 'instant') {
      const instant = utcInstant(bytes, from, to)
      if (instant !== null) return instant
    }
    const text = escaped
      ? String(JSON.parse(bytes.toString('utf8', from - 1, to + 1)))
      : wide < 128
        ? bytes.latin1Slice(from, to)
        : bytes.utf8Slice(from, to)
    return valueFromPg(kind, text)
  }

  #controls(): readonly ShapeMessage[] {
    const rest: readonly ShapeMessage[] = JSON.parse(`[${this.#bytes.toString('utf8', this.#at)}`)
    if (rest.some(({ value, headers }) => value !== undefined || headers.control === undefined))
      throw new UnfamiliarBody()
    return rest
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

interface SnapshotRow {
  readonly key: string
  readonly value: Readonly<Record<string, string | null>>
}

/** An insert that is not from the log, with `key`, `value` and `headers` in this order and nothing else. */
const isSnapshotRow = (element: unknown): element is SnapshotRow => {
  if (!isObject(element) || Object.keys(element).join() !== 'key,value,headers') return false
  const { value, headers } = element
  return isObject(value) && isObject(headers) && headers['operation'] === 'insert' && headers['lsn'] === undefined
}

/** A whole number in digits; null where it is written otherwise or might not be exact. */
const integer = (bytes: Buffer, from: number, to: number): number | null => {
  const negative = bytes[from] === MINUS
  const start = negative ? from + 1 : from
  if (to === start || to - start > SAFE_DIGITS) return null
  let number = 0
  for (let at = start; at < to; at++) {
    const digit = (bytes[at] ?? 0) - ZERO
    if (digit < 0 || digit > NINE - ZERO) return null
    number = number * 10 + digit
  }
  return negative ? -number : number
}

const digit = (bytes: Buffer, at: number): number => {
  const value = (bytes[at] ?? 0) - ZERO
  return value < 0 || value > 9 ? Number.NaN : value
}
const two = (bytes: Buffer, at: number): number => digit(bytes, at) * 10 + digit(bytes, at + 1)

/** '2026-01-02 03:04:05.678+00' (no, or up to six digits of the fraction) as epoch milliseconds; null where it is written otherwise. */
const utcInstant = (bytes: Buffer, from: number, to: number): number | null => {
  const zone = to - 3
  if (
    to - from < 22 ||
    bytes[from + 4] !== DASH ||
    bytes[from + 7] !== DASH ||
    bytes[from + 10] !== SPACE ||
    bytes[from + 13] !== COLON ||
    bytes[from + 16] !== COLON ||
    bytes[zone] !== PLUS ||
    bytes[zone + 1] !== ZERO ||
    bytes[zone + 2] !== ZERO
  )
    return null
  const year = two(bytes, from) * 100 + two(bytes, from + 2)
  let milliseconds = 0
  if (zone > from + 19) {
    if (bytes[from + 19] !== DOT || zone === from + 20 || zone > from + 26) return null
    for (let at = from + 20, unit = 100; at < zone; at++, unit /= 10) milliseconds += digit(bytes, at) * unit
  }
  const instant = Date.UTC(
    year,
    two(bytes, from + 5) - 1,
    two(bytes, from + 8),
    two(bytes, from + 11),
    two(bytes, from + 14),
    two(bytes, from + 17),
    Math.floor(milliseconds + 1e-6),
  )
  return Number.isNaN(instant) || year < 1000 ? null : instant
}
