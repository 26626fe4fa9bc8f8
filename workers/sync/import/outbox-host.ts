import type { Value } from '../../../core/model/field.ts'
import { attempt } from '../../../core/result.ts'
import type { Db } from '../../../db/sqlite/connection.ts'
import { keyPage } from '../../../db/sqlite/replica-keys.ts'
import type { Outbox } from '../outbox.ts'
import type { ServerRows } from '../outbox-memory.ts'
import { undo } from '../outbox-resolve.ts'
import type { ImportHost, KeyPage } from './host.ts'

export interface OutboxHostDeps {
  readonly outbox: Outbox
  readonly rows: ServerRows
  /** A connection to replica.db; read only is enough. */
  readonly replica: Db
  readonly context: ImportHost['context']
}

/** An import's host over the outbox and a replica in the same thread: the sync process, or the CLI beside it. */
export const outboxHost = ({ outbox, rows, replica, context }: OutboxHostDeps): ImportHost => ({
  context,
  submit: (edits, groupId) =>
    attempt(() => outbox.submit(edits, groupId === null ? { grouped: false } : { grouped: true, id: groupId })),
  undo: async (editIds) => undo(outbox, editIds),
  groupEdits: async (groupId) => outbox.store.group(groupId),
  row: async (entity, id) => {
    const overlay = outbox.memory.shown(entity, id)
    return overlay ? overlay.row : rows.row(entity, id)
  },
  keys: async (entity, columns, after, limit): Promise<KeyPage> => {
    const page = keyPage(replica, entity, columns, after ?? 0, limit)
    const shown = page
      .filter(([, id]) => outbox.memory.shown(entity, String(id)) === undefined)
      .map(([, ...cells]) => cells)
    const last = page.at(-1)?.[0]
    if (page.length === limit && typeof last === 'number') return { rows: shown, next: last }
    const edited = [...outbox.memory.overlays()]
      .filter((overlay) => overlay.entity === entity)
      .flatMap(({ id, row }) => (row ? [[id, ...columns.map((column): Value => row[column] ?? null)]] : []))
    return { rows: [...shown, ...edited], next: null }
  },
  jobs: async () => {
    const server = keyPage(replica, 'import_jobs', [], 0, 10_000).map(([, id]) => String(id))
    const pending = [...outbox.memory.overlays()].filter(({ entity }) => entity === 'import_jobs').map(({ id }) => id)
    const ids = [...new Set([...server, ...pending])]
    const found = ids.map((id) => {
      const overlay = outbox.memory.shown('import_jobs', id)
      return overlay ? overlay.row : rows.row('import_jobs', id)
    })
    return found.filter((row) => row !== null)
  },
  setting: async (key) => outbox.store.setting(key),
  putSetting: async (key, value) => outbox.store.putSetting(key, value),
})
