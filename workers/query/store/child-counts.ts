import { type AccountCount, CLOSED_TASK_STATUSES } from '../../../core/query/fields.ts'
import type { Table } from './table.ts'

/**
 * Keeps one count of children on the accounts' rows: what a child adds is noted with the account it was added to, so
 * that a child that moves or changes is taken off where it was counted.
 */
export class ChildCounts {
  private readonly children: Table
  private readonly accounts: Table
  readonly name: AccountCount
  /** The account that each child is counted at; -1 where it is not counted. */
  private countedAt = new Int32Array(0)

  constructor(children: Table, accounts: Table, name: AccountCount) {
    this.children = children
    this.accounts = accounts
    this.name = name
  }

  /** Counts a child as it is now; answers whether any count changed. */
  recount(child: number): boolean {
    if (child >= this.countedAt.length) {
      const grown = new Int32Array(this.children.capacity).fill(-1, this.countedAt.length)
      grown.set(this.countedAt)
      this.countedAt = grown
    }
    const before = this.countedAt[child] as number
    const now = this.counts(child) ? (this.children.link().values[child] as number) : -1
    if (before === now) return false
    this.countedAt[child] = now
    this.add(before, -1)
    this.add(now, 1)
    return true
  }

  bytes(): number {
    return this.countedAt.byteLength
  }

  private counts(child: number): boolean {
    if (!this.children.isAlive(child)) return false
    if (this.name !== 'open_tasks_count') return true
    return !CLOSED_TASK_STATUSES.includes(String(this.children.value(child, 'status')))
  }

  private add(account: number, by: number): void {
    const column = this.accounts.columns.get(this.name)
    if (account >= 0 && column?.kind === 'int') column.values[account] = (column.values[account] as number) + by
  }
}
