import { type Bitmap, bitmapOf, hasBit, setBit } from './bitmap.ts'
import { type Clusters, gatherChildren } from './clusters.ts'
import type { Table } from './table.ts'

const NONE = -1
/** With more than one account in this many changed, the children are gathered anew. */
const LOOSE_PART = 16

/**
 * The children of each account as doubly linked lists of row numbers: an account's contacts without a look at any other,
 * and a child moved in constant time. Only children that are alive are in a list. Beside them, for accounts whose children
 * did not change since idle time gathered them, the same side by side: reading ten thousand lists is then a walk through
 * memory and no leaping about.
 */
export class ChildLists {
  private readonly children: Table
  private readonly accounts: Table
  private first = new Int32Array(0)
  private next = new Int32Array(0)
  private previous = new Int32Array(0)
  /** The account in whose list a child is. */
  private parents = new Int32Array(0)
  private clusters: Clusters | null = null
  private gathering: Generator<undefined, Clusters> | null = null
  /** Accounts whose children changed since they were gathered. */
  private loose: Bitmap = bitmapOf(0)
  private looseCount = 0

  constructor(children: Table, accounts: Table) {
    this.children = children
    this.accounts = accounts
  }

  /** Makes room for every slot of both tables. */
  reserve(): void {
    this.first = grown(this.first, this.accounts.capacity)
    this.next = grown(this.next, this.children.capacity)
    this.previous = grown(this.previous, this.children.capacity)
    this.parents = grown(this.parents, this.children.capacity)
  }

  /** The account in whose list a child is; -1 where it is in none. */
  parentOf(child: number): number {
    return this.parents[child] as number
  }

  /** Puts a child where it belongs by its present account. Answers whether it moved. */
  update(child: number): boolean {
    const parent = this.children.isAlive(child) ? (this.children.link().values[child] as number) : NONE
    const before = this.parents[child] as number
    if (parent === before) return false
    this.gathering = null
    this.loosen(before)
    this.loosen(parent)
    if (before !== NONE) this.unlink(child, before)
    if (parent !== NONE) this.link(child, parent)
    this.parents[child] = parent
    return true
  }

  /** Calls `visit` for each child of an account, one that no room was made for yet included. */
  forEach(account: number, visit: (child: number) => void): void {
    for (let child = this.first[account] ?? NONE; child !== NONE; child = this.next[child] as number) visit(child)
  }

  /** Sets the bit of every child of every account in a set. */
  markChildren(accounts: Bitmap, into: Bitmap): void {
    const { first, next, loose, clusters } = this
    const gathered = clusters ? clusters.starts.length - 1 : 0
    const starts = clusters?.starts ?? new Uint32Array(0)
    const rows = clusters?.rows ?? new Uint32Array(0)
    for (let i = 0; i < accounts.length; i++) {
      let word = accounts[i] as number
      while (word !== 0) {
        const account = (i << 5) + 31 - Math.clz32(word & -word)
        word &= word - 1
        if (account < gathered && !hasBit(loose, account)) {
          const end = starts[account + 1] as number
          for (let at = starts[account] as number; at < end; at++) setBit(into, rows[at] as number)
        } else
          for (let child = first[account] as number; child !== NONE; child = next[child] as number) setBit(into, child)
      }
    }
  }

  /** Does a slice of gathering; false when nothing is left to do. */
  upkeep(): boolean {
    if (!this.gathering) {
      const current = this.clusters && this.looseCount * LOOSE_PART <= this.accounts.size
      if (current || this.children.count === 0) return false
      this.gathering = gatherChildren(this.parents, this.children.size, this.accounts.size)
    }
    const step = this.gathering.next()
    if (!step.done) return true
    this.clusters = step.value
    this.gathering = null
    this.loose = bitmapOf(this.accounts.size)
    this.looseCount = 0
    return true
  }

  bytes(): number {
    const { first, next, previous, parents, clusters } = this
    const gathered = clusters ? clusters.starts.byteLength + clusters.rows.byteLength : 0
    return first.byteLength + next.byteLength + previous.byteLength + parents.byteLength + gathered
  }

  /** Accounts that came after the gathering are not in `loose`: they are past the end of the clusters. */
  private loosen(account: number): void {
    if (account === NONE || account >= this.loose.length * 32 || hasBit(this.loose, account)) return
    setBit(this.loose, account)
    this.looseCount++
  }

  private link(child: number, parent: number): void {
    const head = this.first[parent] as number
    this.next[child] = head
    this.previous[child] = NONE
    if (head !== NONE) this.previous[head] = child
    this.first[parent] = child
  }

  private unlink(child: number, parent: number): void {
    const before = this.previous[child] as number
    const after = this.next[child] as number
    if (before === NONE) this.first[parent] = after
    else this.next[before] = after
    if (after !== NONE) this.previous[after] = before
  }
}

const grown = (numbers: Int32Array<ArrayBuffer>, capacity: number): Int32Array<ArrayBuffer> => {
  if (numbers.length >= capacity) return numbers
  const wider = new Int32Array(capacity).fill(NONE, numbers.length)
  wider.set(numbers)
  return wider
}
