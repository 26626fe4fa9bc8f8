import { mapHeaders } from '../../../core/csv/headers.ts'
import type { OutboxEntry, Receipt } from '../../../core/protocol/outbox.ts'
import type { SyncStatus } from '../../../core/protocol/status.ts'
import type { ImportPreview, ImportProgress, Params } from '../../../core/protocol/window-api.ts'
import { ok, type Result } from '../../../core/result.ts'
import type { Tables } from './fake-rows.ts'

const uuid = (): string => crypto.randomUUID()

/** The sync status of a scene. */
export const fakeStatus = (scene: string, outbox: readonly OutboxEntry[]): SyncStatus => {
  const calm: SyncStatus = {
    state: 'up_to_date',
    received: 0,
    expected: 0,
    offlineSince: null,
    upToDateAt: Date.now() - 4_000,
    pending: outbox.filter((entry) => entry.state === 'queued').length,
    needsAttention: outbox.filter((entry) => entry.state === 'refused').length,
    detail: null,
  }
  switch (scene) {
    case 'offline':
      return { ...calm, state: 'offline', offlineSince: Date.now() - 3_600_000, upToDateAt: Date.now() - 3_700_000 }
    case 'syncing':
    case 'first':
      return { ...calm, state: 'syncing', received: 96_300, expected: 260_000, upToDateAt: null }
    case 'stuck':
    case 'signed_out':
    case 'no_access':
    case 'update_needed':
    case 'stopped':
      return { ...calm, state: scene }
    default:
      return calm
  }
}

/** Edits that wait or were refused. */
export const fakeOutbox = (scene: string, { accounts, tasks }: Tables): OutboxEntry[] => {
  if (scene !== 'attention' && scene !== 'offline') return []
  const [first, second, third] = [...accounts.values()].slice(20)
  const [task] = tasks.values()
  const head = { attempts: 1, nextAttemptAt: null, blocks: [] as string[] }
  const id = (row: Record<string, unknown> | undefined): string => String(row?.['id'])
  const waiting: OutboxEntry = {
    ...head,
    seq: 9,
    state: 'queued',
    attempts: 3,
    madeAt: Date.now() - 600_000,
    refusal: null,
    title: String(third?.['company']),
    edit: {
      id: uuid(),
      entity: 'accounts',
      record_id: id(third),
      op: 'patch',
      patch: [
        { op: 'test', path: '/status', value: 'lead' },
        { op: 'replace', path: '/status', value: 'won' },
      ],
    },
  }
  if (scene === 'offline') return [waiting]
  return [
    {
      ...head,
      seq: 1,
      state: 'refused',
      madeAt: Date.now() - 7_200_000,
      title: String(first?.['company']),
      blocks: [waiting.edit.id],
      refusal: {
        code: 'conflict',
        message: 'Somebody else changed the same fields while you were offline.',
        field: 'status',
        conflicts: [
          { field: 'status', base: 'lead', mine: 'negotiation', theirs: 'lost' },
          { field: 'deal_value', base: 1_250_000, mine: 1_800_000, theirs: 900_050 },
        ],
      },
      edit: {
        id: uuid(),
        entity: 'accounts',
        record_id: id(first),
        op: 'patch',
        patch: [
          { op: 'test', path: '/status', value: 'lead' },
          { op: 'replace', path: '/status', value: 'negotiation' },
          { op: 'test', path: '/deal_value', value: 1_250_000 },
          { op: 'replace', path: '/deal_value', value: 1_800_000 },
          { op: 'replace', path: '/next_action', value: 'Send the revised offer' },
        ],
      },
    },
    {
      ...head,
      seq: 2,
      state: 'refused',
      madeAt: Date.now() - 86_400_000,
      title: String(second?.['company']),
      refusal: {
        code: 'forbidden',
        message: 'Only managers may delete accounts of others.',
        field: null,
        conflicts: [],
      },
      edit: { id: uuid(), entity: 'accounts', record_id: id(second), op: 'delete', seen_version: 3 },
    },
    {
      ...head,
      seq: 3,
      state: 'refused',
      madeAt: Date.now() - 90_000,
      title: 'Call back about the renewal',
      refusal: {
        code: 'removed_elsewhere',
        message: 'The account was removed by somebody else.',
        field: null,
        conflicts: [],
      },
      edit: {
        id: uuid(),
        entity: 'tasks',
        record_id: id(task),
        op: 'create',
        values: { title: 'Call back about the renewal', status: 'open', due_date: '2026-12-04' },
      },
    },
    waiting,
  ]
}

/** Receipts of edits of the first accounts. */
export const fakeReceipts = (scene: string, { accounts }: Tables): Receipt[] =>
  scene === 'empty'
    ? []
    : [...accounts.values()].slice(0, 12).map((row, index) => ({
        seq: 400 - index,
        id: uuid(),
        entity: 'accounts',
        record_id: String(row['id']),
        op: index % 4 === 3 ? 'create' : 'patch',
        title: String(row['company']),
        fields: index % 2 ? ['status', 'next_action'] : ['deal_value'],
        madeAt: Date.now() - index * 7_000_000 - 90_000,
        acceptedAt: Date.now() - index * 7_000_000,
        txid: 81_204 - index * 3,
        version: 2 + index,
      }))

const HEADERS = ['Company name', 'Kind', 'Stage', 'Owner', 'Deal value (EUR)', 'Website', 'Town', 'Remarks', 'Row']

/** Twenty rows of a file, two of them with problems. */
export const fakePreview = (params: Params<'import.preview'>, _currency: string): Result<ImportPreview> => {
  const mapping = params.mapping ?? mapHeaders(params.entity ?? 'accounts', HEADERS)
  const mapped = new Set(Object.values(mapping))
  return ok({
    file: params.file,
    fileName: 'companies.csv',
    bytes: 4_812_220,
    delimiter: ';',
    headers: HEADERS,
    mapping,
    missing: ['company', 'type', 'status'].filter((column) => !mapped.has(column)),
    rows: Array.from({ length: 20 }, (_, index) => ({
      line: index + 2,
      values: {
        company: `${['Northwind', 'Alpenglow', 'Kestrel', 'Bluebird'][index % 4]} ${['Foods', 'Optics', 'Logistics'][index % 3]}`,
        type: 'customer',
        status: ['lead', 'qualified', 'won'][index % 3] ?? 'lead',
        deal_value: 1_250_000 + index * 31_000,
        website: 'https://www.example.com',
        city: ['Graz', 'Lyon', 'Porto'][index % 3] ?? '',
      },
      problem: index === 4 ? 'Company must not be empty' : index === 11 ? '“soon” is not an amount' : null,
    })),
  })
}

/** Imports so far. */
export const fakeImports = (scene: string): ImportProgress[] => {
  if (scene === 'empty') return []
  const job = { bytesRead: 4_812_220, bytesTotal: 4_812_220, entity: 'accounts' as const, error: null }
  return [
    {
      ...job,
      job: '018f0000-0000-7000-8000-000000000001',
      fileName: 'trade-fair.csv',
      state: 'running',
      bytesRead: 2_200_000,
      rows: 4_600,
      created: 4_580,
      rejectedCount: 2,
      rejected: [
        { line: 118, reason: 'Company must not be empty', cells: ['', 'customer', 'lead', '12,000'] },
        { line: 903, reason: '“soon” is not an amount', cells: ['Kestrel Optics', 'customer', 'lead', 'soon'] },
      ],
    },
    {
      ...job,
      job: '018f0000-0000-7000-8000-000000000002',
      fileName: 'companies-2025.csv',
      state: 'done',
      rows: 4_182,
      created: 4_182,
      rejectedCount: 0,
      rejected: [],
    },
  ]
}
