/**
 * What SQLite alone would take for the same first load: the rows of a replica from memory into the same table of a new
 * file by a prepared insert, then the same indexes; same pragmas and cipher.
 */

import { columnsOf } from '../../core/model/entities.ts'
import { openDatabase, transact } from '../../db/sqlite/connection.ts'
import { migrate } from '../../db/sqlite/migrate.ts'
import { columnList } from '../../db/sqlite/replica-schema.ts'
import { REPLICA_MIGRATIONS } from '../../db/sqlite/schemas.ts'
import { ShapeStore } from '../../db/sqlite/shape-store.ts'
import { type BoundResult, boundOptions } from './bound.ts'

const ROWS_PER_COMMIT = 15_000

const { from, to, databaseKey, cacheKiB } = boundOptions.parse(JSON.parse(process.argv[2] ?? ''))
const source = openDatabase({ path: from, key: databaseKey, durability: 'normal', readonly: true })
const rows = source
  .prepare<[], unknown[]>(`select ${columnList('accounts')} from accounts order by rowid`)
  .raw(true)
  .all()
source.close()

const db = openDatabase({ path: to, key: databaseKey, durability: 'normal', cacheKiB })
migrate(db, REPLICA_MIGRATIONS)
const shapes = new ShapeStore(db)
const state = shapes.open('accounts', 'main')
const marks = columnsOf('accounts').map(() => '?')
globalThis.gc?.()
const startedMs = performance.now()
const insert = db.prepare<unknown[]>(`insert into accounts (${columnList('accounts')}) values (${marks.join(', ')})`)
for (let at = 0; at < rows.length; at += ROWS_PER_COMMIT)
  transact(db, () => {
    for (const row of rows.slice(at, at + ROWS_PER_COMMIT)) insert.run(row)
  })
const insertedMs = performance.now()
shapes.index(state)
const result: BoundResult = {
  rows: rows.length,
  elapsedMs: performance.now() - startedMs,
  insertMs: insertedMs - startedMs,
}
db.close()
process.send?.(result, () => process.exit(0))
