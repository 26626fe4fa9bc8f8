import { dayNumber, isoDay } from '../../../core/model/convert.ts'
import type { FieldKind, Value } from '../../../core/model/field.ts'
import { textOrder } from '../../../core/query/compare.ts'
import type { IdMap } from './id-map.ts'

/** What every column can do. Rows are slot numbers of its table. */
interface ColumnBase {
  get(row: number): Value
  set(row: number, value: Value): void
  /** Do two rows hold the same value? */
  same(a: number, b: number): boolean
  /** Puts the value of one row into another; what the first one holds afterwards is nobody's concern. */
  move(from: number, to: number): void
  /** Rows that it has room for. */
  readonly room: number
  /** Gives it room for exactly `capacity` rows; new ones are null. */
  fit(capacity: number): void
  /** Bytes of its typed arrays. */
  bytes(): number
}

/** Money in cents and instants in epoch ms; NaN is null. */
export class NumberColumn implements ColumnBase {
  readonly kind = 'number'
  values = new Float64Array(0)

  get(row: number): number | null {
    const value = this.values[row] as number
    return Number.isNaN(value) ? null : value
  }
  set(row: number, value: Value): void {
    this.values[row] = typeof value === 'number' ? value + 0 : Number.NaN
  }
  same(a: number, b: number): boolean {
    return Object.is(this.values[a], this.values[b])
  }
  move(from: number, to: number): void {
    this.values[to] = this.values[from] as number
  }
  get room(): number {
    return this.values.length
  }
  fit(capacity: number): void {
    const fitted = new Float64Array(capacity).fill(Number.NaN, this.values.length)
    fitted.set(this.values.subarray(0, capacity))
    this.values = fitted
  }
  bytes(): number {
    return this.values.byteLength
  }
}

/** What an `IntColumn` holds for null. */
export const NULL_INT = -0x80000000

/** Days are written often and there are few: a century is 36,525. */
const DAY_TEXTS = new Map<number, string>()

const dayText = (day: number): string => {
  const known = DAY_TEXTS.get(day)
  if (known !== undefined) return known
  const text = isoDay(day)
  if (DAY_TEXTS.size < 100_000) DAY_TEXTS.set(day, text)
  return text
}

/** Whole numbers, booleans, and days as day numbers. */
export class IntColumn implements ColumnBase {
  readonly kind = 'int'
  readonly isDay: boolean
  values = new Int32Array(0)

  constructor(isDay: boolean) {
    this.isDay = isDay
  }
  get(row: number): Value {
    const value = this.values[row] as number
    if (value === NULL_INT) return null
    return this.isDay ? dayText(value) : value
  }
  set(row: number, value: Value): void {
    const held = this.isDay && typeof value === 'string' ? dayNumber(value) : value
    this.values[row] = typeof held === 'number' && !Number.isNaN(held) ? held : NULL_INT
  }
  same(a: number, b: number): boolean {
    return this.values[a] === this.values[b]
  }
  move(from: number, to: number): void {
    this.values[to] = this.values[from] as number
  }
  get room(): number {
    return this.values.length
  }
  fit(capacity: number): void {
    const fitted = new Int32Array(capacity).fill(NULL_INT, this.values.length)
    fitted.set(this.values.subarray(0, capacity))
    this.values = fitted
  }
  bytes(): number {
    return this.values.byteLength
  }
}

/** Codes, references and texts that repeat: numbers of a dictionary; 0 is null. */
export class CodeColumn implements ColumnBase {
  readonly kind = 'code'
  /** Text of code n at n - 1. */
  readonly texts: string[] = []
  values: Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer> = new Uint16Array(0)
  private readonly codes = new Map<string, number>()
  private ranks: Uint32Array<ArrayBuffer> | null = null
  private readonly compare: (a: string, b: string) => number

  constructor(kind: FieldKind) {
    this.compare = textOrder(kind)
  }

  /** The code of a text, a new one if need be. */
  codeOf(text: string): number {
    const known = this.codes.get(text)
    if (known !== undefined) return known
    this.texts.push(text)
    this.codes.set(text, this.texts.length)
    this.ranks = null
    if (this.texts.length === 0x10000) this.values = Uint32Array.from(this.values)
    return this.texts.length
  }
  /** Takes another column's dictionary and codes in place of its own nothing; false where a text stands in it twice. */
  adopt(texts: readonly string[], values: Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>): boolean {
    for (const text of texts) this.codes.set(text, this.texts.push(text))
    this.values = values
    return this.codes.size === texts.length
  }
  /** The code of a text; -1 where no row ever held it. */
  findCode(text: string): number {
    return this.codes.get(text) ?? -1
  }
  text(code: number): string | null {
    return code === 0 ? null : (this.texts[code - 1] ?? null)
  }
  /** The place of each code in text order, by code; 0 (null) comes last. */
  rankOfCode(): Uint32Array<ArrayBuffer> {
    if (this.ranks) return this.ranks
    const order = this.texts.map((_, i) => i + 1).sort((a, b) => this.compare(this.text(a) ?? '', this.text(b) ?? ''))
    const ranks = new Uint32Array(this.texts.length + 1)
    order.forEach((code, rank) => {
      ranks[code] = rank
    })
    ranks[0] = order.length
    this.ranks = ranks
    return ranks
  }
  get(row: number): string | null {
    return this.text(this.values[row] as number)
  }
  set(row: number, value: Value): void {
    // First the code: a new one may put a wider array in the place of `values`.
    const code = value === null ? 0 : this.codeOf(String(value))
    this.values[row] = code
  }
  same(a: number, b: number): boolean {
    return this.values[a] === this.values[b]
  }
  move(from: number, to: number): void {
    this.values[to] = this.values[from] as number
  }
  get room(): number {
    return this.values.length
  }
  fit(capacity: number): void {
    const fitted = this.values instanceof Uint16Array ? new Uint16Array(capacity) : new Uint32Array(capacity)
    fitted.set(this.values.subarray(0, capacity))
    this.values = fitted
  }
  bytes(): number {
    return this.values.byteLength
  }
}

/** `account_id` of a child: the account's row number, so that no id is compared; -1 is null. */
export class LinkColumn implements ColumnBase {
  readonly kind = 'link'
  readonly target: IdMap
  values = new Int32Array(0)

  constructor(target: IdMap) {
    this.target = target
  }
  get(row: number): string | null {
    const parent = this.values[row] as number
    return parent < 0 ? null : this.target.text(parent)
  }
  /** The ids of some rows' accounts, decoded together. */
  getMany(rows: readonly number[]): (string | null)[] {
    const parents = rows.map((row) => this.values[row] as number)
    const texts = this.target.texts(parents.filter((parent) => parent >= 0))
    let next = 0
    return parents.map((parent) => (parent < 0 ? null : (texts[next++] as string)))
  }
  /** An account that is not here yet gets its row number now and its values when it comes. */
  set(row: number, value: Value): void {
    this.values[row] = typeof value === 'string' ? this.target.add(value) : -1
  }
  same(a: number, b: number): boolean {
    return this.values[a] === this.values[b]
  }
  move(from: number, to: number): void {
    this.values[to] = this.values[from] as number
  }
  get room(): number {
    return this.values.length
  }
  fit(capacity: number): void {
    const fitted = new Int32Array(capacity).fill(-1, this.values.length)
    fitted.set(this.values.subarray(0, capacity))
    this.values = fitted
  }
  bytes(): number {
    return this.values.byteLength
  }
}
