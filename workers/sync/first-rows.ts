import type { EntityName } from '../../core/model/entities.ts'
import type { Row } from '../../core/model/field.ts'
import type { WindowRow } from '../../core/protocol/query-worker.ts'
import type { Answers } from '../../core/protocol/window-api.ts'
import { cellValue, type RowOrder, rowOrder } from '../../core/query/row-order.ts'
import { searchWords } from '../../core/query/search-words.ts'
import type { ListSpec } from '../../core/query/spec.ts'
import type { Shown } from '../../core/sync/merge.ts'
import { toListRow } from './columns.ts'
import type { FirstScanRequest } from './first-scan.ts'
import type { FeedSource } from './query-feed.ts'
import type { ReaderCalls } from './reader-calls.ts'

/** Records with pending edits are merged in slices of this many. */
const OVERLAY_ROWS = 500

export interface FirstRowsRequest {
  readonly spec: ListSpec
  /** The user's calendar day, days since 1970-01-01. */
  readonly today: number
  readonly count: number
}

export interface FirstRowsDeps
  extends Pick<FeedSource, 'overlay' | 'overlaid' | 'pause' | 'hiddenAccounts' | 'complete'> {
  /** One step of the reader's look at the whole table; null in answer once it has told the rows. */
  step(request: ReaderCalls['firstRows']['params']): Promise<readonly Row[] | null>
  /** A record as the replica has it. */
  serverRow(entity: EntityName, id: string): Row | null
}

/**
 * The first rows of lists out of the replica and the unsent edits, for as long as the query worker's columns are not there
 * (rule L-16). One list at a time.
 */
export class FirstRows {
  readonly #deps: FirstRowsDeps
  #last: Promise<unknown> = Promise.resolve()

  constructor(deps: FirstRowsDeps) {
    this.#deps = deps
  }

  /**
   * Answers null for a list that has to wait for its columns.
   *
   * @throws OutpostError `invalid_request` where the list names a field that there is not
   */
  read(request: FirstRowsRequest): Promise<Answers['list.first']> {
    const answer = this.#last.then(() => this.#read(request))
    this.#last = answer.catch(() => undefined)
    return answer
  }

  async #read(request: FirstRowsRequest): Promise<Answers['list.first']> {
    const { spec, today, count } = request
    const { entity } = spec
    const order = rowOrder(spec, today, cellValue)
    if (!isOwn(order) || searchWords(spec.search).length > 0 || !this.#deps.complete(entity)) return null
    const withoutIds = [...this.#deps.overlaid(entity)]
    const overlays = await this.#overlays(entity, withoutIds)
    const withoutAccounts = [...this.#deps.hiddenAccounts()]
    const found = await this.#found({ spec, today, count, withoutIds, withoutAccounts })
    const shown = [...found.map((row) => ({ row, mark: null })), ...overlays.filter(({ row }) => order.passes(row))]
    return {
      rows: shown
        .sort((a, b) => order.compare(a.row, b.row))
        .slice(0, count)
        .flatMap((one) => this.#presented(spec, one) ?? []),
    }
  }

  /** One step is always under way before the last one's answer is here: the reader, which may be busy, waits for nothing. */
  async #found(request: FirstScanRequest): Promise<readonly Row[]> {
    for (let now = this.#deps.step(request); ; ) {
      const next = this.#deps.step(null)
      next.catch(() => undefined)
      const found = await now
      if (found) return found
      now = next
    }
  }

  /** The shown form of records that have one of their own. */
  async #overlays(entity: ListSpec['entity'], ids: readonly string[]): Promise<readonly (Shown & { row: Row })[]> {
    const found: (Shown & { row: Row })[] = []
    for (let from = 0; from < ids.length; from += OVERLAY_ROWS) {
      if (from > 0) await this.#deps.pause()
      for (const id of ids.slice(from, from + OVERLAY_ROWS)) {
        const shown = this.#deps.overlay(entity, id)
        if (shown?.row && !this.#isHidden(shown.row)) found.push({ row: shown.row, mark: shown.mark })
      }
    }
    return found
  }

  #isHidden(row: Row): boolean {
    const account = row['account_id']
    return typeof account === 'string' && this.#deps.hiddenAccounts().has(account)
  }

  #presented({ entity }: ListSpec, shown: Shown): WindowRow | null {
    const row = toListRow(entity, shown)
    if (entity === 'accounts' || !row) return row
    const id = String(row.values['account_id'])
    const account = this.#deps.overlay('accounts', id)?.row ?? this.#deps.serverRow('accounts', id)
    return { ...row, values: { ...row.values, 'account.company': account?.['company'] ?? null } }
  }
}

/** Does a list name columns of its own entity alone? */
const isOwn = ({ where, sort }: RowOrder): boolean =>
  [...where.flat(), ...sort].every(({ field }) => field.source === 'own' && !field.column.endsWith('_count'))
