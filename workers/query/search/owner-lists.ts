import { type Bitmap, bitmapOf, grownBits, hasBit, setBit } from '../store/bitmap.ts'

/** The row that another row belongs to (a contact's account); below 0 where there is none. */
export type OwnerOf = (row: number) => number

/** Rows followed between two chances to pause. */
const SLICE_ROWS = 32_768
/** Lists up to this length hold each owner once; in longer ones a second look costs more than the repetition. */
const SHORT = 16

/**
 * The owners of the rows that hold each token of a segment, so that "accounts with a contact that is called so" need not
 * leap from token to contact to account. A token with one owner only (a company's domain) has it in its own
 * place, without a list.
 */
export class OwnerLists {
  /** Token n: its only owner, or ~start of its list. */
  private firsts = new Int32Array(0)
  /** Each list: its length, then its owners. */
  private lists = new Int32Array(0)
  /** Owners that lost one of these rows, or of which one was reworded: theirs may be found wrongly. */
  private changed: Bitmap = bitmapOf(0)
  /** How many they are. */
  changedCount = 0

  /** An owner's rows are not what they were. Below 0: none. */
  change(owner: number): void {
    if (owner < 0) return
    if (owner >= this.changed.length * 32) this.changed = grownBits(this.changed, owner + owner / 4 + 1_024)
    if (hasBit(this.changed, owner)) return
    setBit(this.changed, owner)
    this.changedCount++
  }

  /**
   * Sets the bit of every owner of the first `count` tokens.
   *
   * @param stillOwns asked of owners whose rows changed since
   */
  mark(tokens: Uint32Array, count: number, into: Bitmap, stillOwns: (owner: number) => boolean): void {
    const { firsts, lists } = this
    for (let i = 0; i < count; i++) {
      const first = firsts[tokens[i] as number] as number
      if (first >= 0) {
        setBit(into, first)
        continue
      }
      const from = ~first + 1
      const to = from + (lists[~first] as number)
      for (let at = from; at < to; at++) setBit(into, lists[at] as number)
    }
    if (this.changedCount === 0) return
    const shared = Math.min(into.length, this.changed.length)
    for (let i = 0; i < shared; i++) {
      let word = (into[i] as number) & (this.changed[i] as number)
      while (word !== 0) {
        const bit = word & -word
        if (!stillOwns((i << 5) + 31 - Math.clz32(bit))) into[i] = (into[i] as number) & ~bit
        word ^= bit
      }
    }
  }

  bytes(): number {
    return this.firsts.byteLength + this.lists.byteLength + this.changed.byteLength
  }

  /** Follows each token's rows to their owners, in slices. Owners that change meanwhile must be told by `change`. */
  *build(posts: Uint32Array, rows: Uint32Array, ownerOf: OwnerOf): Generator<undefined, void> {
    const tokens = posts.length - 1
    const firsts = new Int32Array(tokens)
    let lists = new Int32Array(1_024)
    let end = 0
    let sinceYield = 0
    for (let token = 0; token < tokens; token++) {
      const from = posts[token] as number
      const to = posts[token + 1] as number
      if (end + 1 + to - from > lists.length) {
        const wider = new Int32Array((end + 1 + to - from) * 1.5)
        wider.set(lists)
        lists = wider
      }
      const start = end + 1
      end = start
      for (let post = from; post < to; post++) {
        const owner = ownerOf(rows[post] as number)
        const known = end - start < SHORT && holds(lists, start, end, owner)
        if (owner >= 0 && !known) lists[end++] = owner
        if (++sinceYield % SLICE_ROWS === 0) yield
      }
      lists[start - 1] = end - start
      firsts[token] = ~(start - 1)
      if (end - start === 1) {
        firsts[token] = lists[start] as number
        end = start - 1
      }
    }
    this.firsts = firsts
    this.lists = lists.slice(0, end)
  }
}

const holds = (numbers: Int32Array, from: number, to: number, wanted: number): boolean => {
  for (let at = from; at < to; at++) if (numbers[at] === wanted) return true
  return false
}
