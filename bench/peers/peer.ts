import type { Row } from '../../core/model/field.ts'
import { fold, sortKey } from '../../core/query/sort-key.ts'
import type { Condition, ListSpec } from '../../core/query/spec.ts'
import type { ListAnswer } from '../query/run.ts'

/** A library that answers lists, made to answer ours. */
export interface Peer {
  readonly name: string
  load(rows: readonly Row[]): Promise<void>
  /** Total, facets and the ids of windows of `count` rows at places from 0 to 1, of a query not asked before. */
  ask(spec: ListSpec, places: readonly number[], count: number): Promise<ListAnswer>
  /** Keeps a query open; `update` then answers its total after one row changed. */
  watch(spec: ListSpec): Promise<void>
  update(row: Row): Promise<number>
}

/** A row as the peers get it: what the queries need, with keys for order and search worked out once, as we do. */
export interface PeerRow {
  id: string
  type: string
  status: string
  priority: string | null
  assigned_to: string | null
  next_action_date: string | null
  deal_value: number | null
  created_at: number
  updated_at: number
  company: string
  company_key: string
  company_folded: string
}

export const peerRow = (row: Row): PeerRow => {
  const text = (name: string): string | null => (row[name] === null ? null : String(row[name]))
  const company = String(row['company'])
  return {
    id: row.id,
    type: String(row['type']),
    status: String(row['status']),
    priority: text('priority'),
    assigned_to: text('assigned_to'),
    next_action_date: text('next_action_date'),
    deal_value: row['deal_value'] === null ? null : Number(row['deal_value']),
    created_at: Number(row['created_at']),
    updated_at: Number(row['updated_at']),
    company,
    company_key: sortKey(company),
    company_folded: fold(company),
  }
}

/** The peers' queries are ANDs of plain conditions. */
export const conditionsOf = (spec: ListSpec): readonly Condition[] =>
  spec.where.flatMap((item) => ('or' in item ? [] : [item]))

/** Queries that every peer can answer: lists of accounts by their own fields. */
export const PEER_QUERIES = [
  'all_by_company',
  'all_by_created',
  'status_by_company',
  'three_fields_by_company',
  'assignee_by_updated',
  'overdue_by_date',
  'value_between_by_value',
  'search_one_letter',
  'search_three_letters',
] as const

/** Where windows start that stand at places from 0 (first row) to 1 (last row) of a list. */
export const startsAt = (places: readonly number[], total: number, count: number): readonly number[] =>
  places.map((place) => Math.floor(place * Math.max(0, total - count)))
