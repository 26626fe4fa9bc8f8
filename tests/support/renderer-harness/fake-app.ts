import { appError } from '../../../core/errors.ts'
import type { EntityName } from '../../../core/model/entities.ts'
import type { Row } from '../../../core/model/field.ts'
import type { EditInput } from '../../../core/protocol/edit.ts'
import type { Mark, ShownRecord } from '../../../core/protocol/outbox.ts'
import type { FeedEntity } from '../../../core/protocol/query-port.ts'
import type { SyncStatus } from '../../../core/protocol/status.ts'
import type { Answers, EventName, Events, Method, OutpostApi, Params } from '../../../core/protocol/window-api.ts'
import { evaluate } from '../../../core/query/reference.ts'
import { listSpec } from '../../../core/query/spec.ts'
import { fail, ok, type Result } from '../../../core/result.ts'
import { createFeed } from './fake-feed.ts'
import { type FakeRow, makeTables } from './fake-rows.ts'
import { fakeImports, fakeOutbox, fakePreview, fakeReceipts, fakeStatus } from './fake-scenes.ts'

type Handlers = { [M in Method]: (params: Params<M>) => Result<Answers[M]> }

/**
 * `window.outpost` without processes behind it, for looking at the renderer alone.
 *
 * @param scene calm | huge (accounts without children) | offline | syncing | attention | first | loading (rows on disk, whose columns come with `sync.wake`) | empty | stuck | signed_out
 */
export const createFakeApp = (scene: string, accounts: number): OutpostApi => {
  const { workspace, tables } = makeTables(scene === 'empty' ? 0 : accounts, scene !== 'huge')
  const marks = new Map<string, Mark>()
  const ids = [...tables.accounts.keys()]
  const feed = createFeed(tables, marks, scene === 'first' || scene === 'loading')
  const listeners = new Map<EventName, Set<(payload: never) => void>>()
  const undoable = new Map<string, () => void>()
  const me = workspace.members[0]
  if (!me) throw new Error('the demo workspace has no members')
  const outbox = fakeOutbox(scene, tables)
  for (const entry of outbox) marks.set(entry.edit.record_id, entry.state === 'refused' ? 'refused' : 'pending')
  let status: SyncStatus = fakeStatus(scene, outbox)

  const emit = <E extends EventName>(event: E, payload: Events[E]): void => {
    for (const listener of listeners.get(event) ?? []) listener(payload as never)
  }
  const tell = (): void => emit('status', status)
  const shown = (entity: EntityName, row: FakeRow): ShownRecord => ({
    entity,
    row,
    mark: marks.get(String(row['id'])) ?? null,
  })
  const put = (entity: EntityName, id: string, row: FakeRow | null): void => {
    if (row) tables[entity].set(id, row)
    else tables[entity].delete(id)
    feed.commit(entity, row ? [row] : [], row ? [] : [id])
    emit('records', { changes: [{ entity, ids: [id] }] })
  }
  const apply = (edit: EditInput): string => {
    const id = crypto.randomUUID()
    const before = tables[edit.entity].get(edit.record_id) ?? null
    marks.set(edit.record_id, 'pending')
    if (edit.op === 'delete') put(edit.entity, edit.record_id, null)
    else {
      const now = Date.now()
      const base = edit.op === 'create' ? { created_at: now, version: 1 } : before
      put(edit.entity, edit.record_id, { ...base, id: edit.record_id, updated_at: now, ...edit.values })
    }
    undoable.set(id, () => put(edit.entity, edit.record_id, before))
    if (scene !== 'offline')
      setTimeout(() => {
        marks.delete(edit.record_id)
        const row = tables[edit.entity].get(edit.record_id)
        if (row) put(edit.entity, edit.record_id, row)
      }, 1500)
    return id
  }
  const hanging = (entity: EntityName, id: string): ShownRecord[] =>
    [...tables[entity].values()].filter((row) => row['account_id'] === id).map((row) => shown(entity, row))

  const handlers: Handlers = {
    'status.get': () => ok(status),
    'session.get': () =>
      ok({
        workspace: {
          id: workspace.id,
          name: workspace.name,
          currency: workspace.currency,
          timeZone: workspace.timeZone,
        },
        member: { id: me.id, name: me.name, email: me.email, role: me.role },
        gateway: 'http://127.0.0.1:4983',
        dataDir: '/home/ada/.local/share/Outpost/127.0.0.1-4983',
      }),
    'members.list': () => ok(workspace.members.map(({ id, name, email, role }) => ({ id, name, email, role }))),
    'edits.submit': ({ edits }) => ok({ ids: edits.map(apply), groupId: null }),
    'edits.undo': ({ ids: given }) => {
      for (const id of given) undoable.get(id)?.()
      return ok({ cancelled: given.length, reversed: 0 })
    },
    'record.get': ({ entity, id }) => {
      const row = tables[entity].get(id)
      return row ? ok(shown(entity, row)) : fail(appError('not_found'))
    },
    'account.detail': ({ id }) => {
      const row = tables.accounts.get(id)
      if (!row) return fail(appError('not_found'))
      return ok({
        account: shown('accounts', row),
        contacts: hanging('contacts', id),
        tasks: hanging('tasks', id),
        meetings: hanging('meetings', id),
        notes: hanging('notes', id),
      })
    },
    'views.list': () => ok([...tables.saved_views.values()].map((row) => shown('saved_views', row))),
    'list.first': ({ spec, today, count }) => {
      if (scene !== 'loading') return ok(null)
      const rows = (entity: FeedEntity): readonly Row[] =>
        [...tables[entity].values()].map((row) => ({ ...row, id: String(row['id']), version: Number(row['version']) }))
      const data = { accounts: rows('accounts'), contacts: rows('contacts'), tasks: rows('tasks'), meetings: [] }
      const { ids } = evaluate(data, listSpec.parse(spec), today)
      const values = (id: string): FakeRow => tables[listSpec.parse(spec).entity].get(id) ?? {}
      return ok({ rows: ids.slice(0, count).map((id) => ({ id, mark: marks.get(id) ?? null, values: values(id) })) })
    },
    'outbox.list': () => ok(outbox),
    'outbox.resend': ({ id }) => {
      outbox.splice(
        outbox.findIndex((entry) => entry.edit.id === id),
        1,
      )
      emit('outbox', { pending: 1, needsAttention: outbox.length })
      return ok({ id })
    },
    'outbox.discard': ({ id }) => {
      outbox.splice(
        outbox.findIndex((entry) => entry.edit.id === id),
        1,
      )
      emit('outbox', { pending: 0, needsAttention: outbox.length })
      return ok({ discarded: [id] })
    },
    'outbox.bringBack': ({ id }) => ok({ id }),
    'receipts.list': () => ok({ receipts: fakeReceipts(scene, tables), total: fakeReceipts(scene, tables).length }),
    'receipts.export': () => ok({ csv: '', count: 0 }),
    'receipts.save': () => ok({ file: '/home/ada/outpost-receipts.csv', count: 12 }),
    'verify.run': ({ repair }) =>
      ok({
        records: 142_311,
        differences: scene === 'attention' && !repair ? 3 : 0,
        entities: scene === 'attention' && !repair ? [{ entity: 'contacts', differences: 3 }] : [],
        repaired: repair ? 3 : null,
        at: Date.now(),
      }),
    'session.signIn': () => fail(appError('invalid_input', 'That token has expired. Ask for a new one.')),
    'session.chooseTokenFile': () => ok({ signedIn: false }),
    'session.signOut': () => {
      status = { ...status, state: 'signed_out' }
      tell()
      return ok(null)
    },
    'data.remove': () => ok(null),
    'history.get': ({ id }) =>
      scene === 'offline'
        ? fail(appError('offline'))
        : ok({
            entries: [
              {
                mutation_id: crypto.randomUUID(),
                action: 'patch',
                member_id: me.id,
                at: Date.now() - 3_600_000,
                changes: [
                  { field: 'status', from: 'lead', to: String(tables.accounts.get(id)?.['status']) },
                  { field: 'deal_value', from: null, to: 4_500_000 },
                ],
              },
              { mutation_id: null, action: 'create', member_id: null, at: Date.now() - 86_400_000 * 30, changes: [] },
            ],
          }),
    'sync.wake': () => {
      if (scene === 'loading') feed.release()
      tell()
      return ok(null)
    },
    'import.preview': (params) => fakePreview(params, workspace.currency),
    'import.start': () => ok({ job: ids[0] ?? '' }),
    'import.cancel': () => ok(null),
    'import.undo': () => ok({ cancelled: 0, reversed: 4182 }),
    'import.list': () => ok(fakeImports(scene)),
    'query.port': () => {
      feed.connect()
      return ok(null)
    },
    'app.info': () =>
      ok({
        version: '0.1.0',
        host: 'Electron 45.4.1',
        logPath: '/home/ada/.local/share/Outpost/logs/outpost.log',
        dataDir: '/home/ada/.local/share/Outpost',
        gateway: 'http://127.0.0.1:4983',
        platform: 'Linux x64',
      }),
    'app.showLog': () => ok(null),
    'app.setTheme': () => ok(null),
    'import.choose': () => ok({ file: '/home/ada/companies.csv', name: 'companies.csv' }),
  }

  if (scene === 'syncing')
    setInterval(() => {
      status = { ...status, received: Math.min(status.expected, status.received + 900) }
      tell()
    }, 200)

  return {
    call: async (method, params) => handlers[method](params),
    on: (event, listener) => {
      const set = listeners.get(event) ?? new Set()
      listeners.set(event, set.add(listener as (payload: never) => void))
      return () => set.delete(listener as (payload: never) => void)
    },
  }
}
