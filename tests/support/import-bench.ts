import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { uuidv7 } from '../../core/id.ts'
import { ENTITY_NAMES, type EntityName } from '../../core/model/entities.ts'
import type { Row } from '../../core/model/field.ts'
import type { ImportProgress, Member, RejectedRow } from '../../core/protocol/window-api.ts'
import { seededRandom } from '../../core/random.ts'
import { openDatabase } from '../../db/sqlite/connection.ts'
import { migrate } from '../../db/sqlite/migrate.ts'
import { ReplicaReads } from '../../db/sqlite/replica-reads.ts'
import { OUTBOX_MIGRATIONS, REPLICA_MIGRATIONS } from '../../db/sqlite/schemas.ts'
import { ShapeStore } from '../../db/sqlite/shape-store.ts'
import { outboxHost } from '../../workers/sync/import/outbox-host.ts'
import { Imports } from '../../workers/sync/imports.ts'
import { Outbox } from '../../workers/sync/outbox.ts'

/** The key of the bench's databases. */
export const BENCH_KEY = 'ab'.repeat(32)

export const ANA: Member = {
  id: '01900000-0000-7000-8000-0000000000a1',
  name: 'Ana Díaz',
  email: 'ana@example.com',
  role: 'manager',
}

/** Imports over a real outbox and replica in a folder of their own, without a server. */
export interface ImportBench {
  readonly dir: string
  readonly imports: Imports
  readonly outbox: Outbox
  readonly progress: ImportProgress[]
  readonly rejected: RejectedRow[]
  /** Writes a file into the folder; answers its path. */
  file(name: string, contents: string | Buffer): string
  /** Puts a row into the replica, as if the server had sent it. */
  serverRow(entity: EntityName, row: Partial<Row> & { readonly id: string }): void
  /** Shown rows of an entity. */
  shown(entity: EntityName): readonly Row[]
  close(): Promise<void>
}

export const openImportBench = (dir = mkdtempSync(join(tmpdir(), 'outpost-import-'))): ImportBench => {
  const replica = openDatabase({ path: join(dir, 'replica.db'), key: BENCH_KEY, durability: 'normal' })
  migrate(replica, REPLICA_MIGRATIONS)
  const shapes = new ShapeStore(replica)
  for (const entity of ENTITY_NAMES) shapes.index(shapes.open(entity, 'main'))
  const reads = new ReplicaReads(replica)
  const outboxDb = openDatabase({ path: join(dir, 'outbox.db'), key: BENCH_KEY, durability: 'full' })
  migrate(outboxDb, OUTBOX_MIGRATIONS)
  let nowMs = 1_780_000_000_000
  const clock = { now: () => nowMs++, after: () => () => {} }
  const random = seededRandom(7)
  const rows = {
    row: (entity: EntityName, id: string) => reads.row(entity, id),
    complete: () => true,
    childIds: () => [],
  }
  const outbox = new Outbox({ db: outboxDb, rows, clock, random, onChange: () => {} })
  outbox.start()
  const progress: ImportProgress[] = []
  const rejected: RejectedRow[] = []
  const imports = new Imports(
    outboxHost({ outbox, rows, replica, context: async () => ({ memberId: ANA.id, currency: 'EUR', members: [ANA] }) }),
    { progress: (item) => progress.push(item), rejected: (items) => rejected.push(...items) },
    () => uuidv7(clock.now(), Math.random),
  )
  return {
    dir,
    imports,
    outbox,
    progress,
    rejected,
    file: (name, contents) => {
      const path = join(dir, name)
      writeFileSync(path, contents)
      return path
    },
    serverRow: (entity, row) => {
      const columns = Object.keys(row)
      const names = columns.map((column) => `"${column}"`).join(', ')
      replica
        .prepare(`insert into "${entity}" (${names}) values (${columns.map(() => '?').join(', ')})`)
        .run(Object.values(row))
    },
    shown: (entity) => {
      const server = reads.all(entity).filter(({ id }) => outbox.memory.shown(entity, id) === undefined)
      const edited = [...outbox.memory.overlays()].flatMap((overlay) =>
        overlay.entity === entity && overlay.row ? [overlay.row] : [],
      )
      return [...server, ...edited]
    },
    close: async () => {
      await imports.close()
      replica.close()
      outboxDb.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
