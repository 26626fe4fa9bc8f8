import type { Table } from './table.ts'

const NONE = -1

/**
 * The children of each account as doubly linked lists of row numbers: an account's contacts without a look at any other,
 * and a child moved in constant time. Only children that are alive are in a list.
 */
export class ChildLists {
  private readonly children: Table
  private readonly accounts: Table
  private first = new Int32Array(0)
  private next = new Int32Array(0)
  private previous = new Int32Array(0)
  /** The account in whose list a child is. */
  private parents = new Int32Array(0)

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
    if (before !== NONE) this.unlink(child, before)
    if (parent !== NONE) this.link(child, parent)
    this.parents[child] = parent
    return true
  }

  /** Calls `visit` for each child of an account. */
  forEach(account: number, visit: (child: number) => void): void {
    for (let child = this.first[account] as number; child !== NONE; child = this.next[child] as number) visit(child)
  }

  /** Sets the bit of every child of every account in a set. */
  markChildren(accounts: Uint32Array, into: Uint32Array): void {
    const { first, next } = this
    for (let i = 0; i < accounts.length; i++) {
      let word = accounts[i] as number
      while (word !== 0) {
        const account = (i << 5) + 31 - Math.clz32(word & -word)
        for (let child = first[account] as number; child !== NONE; child = next[child] as number)
          into[child >>> 5] = (into[child >>> 5] as number) | (1 << (child & 31))
        word &= word - 1
      }
    }
  }

  bytes(): number {
    return this.first.byteLength + this.next.byteLength + this.previous.byteLength + this.parents.byteLength
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
