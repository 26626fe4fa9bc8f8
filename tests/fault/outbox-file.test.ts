import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { seededRandom } from '../../core/random.ts'
import { openDatabase, transact } from '../../db/sqlite/connection.ts'
import { migrate } from '../../db/sqlite/migrate.ts'
import { OUTBOX_MIGRATIONS, REPLICA_MIGRATIONS } from '../../db/sqlite/schemas.ts'

const KEY = 'ef'.repeat(32)
const COMMITS = 60
const CUTS = 120

let dir: string
beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'outpost-file-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const settingsOf = (file: string): readonly number[] => {
  const db = openDatabase({ path: file, key: KEY, durability: 'full' })
  try {
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
    return db.prepare('select cast(key as integer) from settings order by 1').pluck().all().map(Number)
  } finally {
    db.close()
  }
}

test('R-2 W-1 the WAL of outbox.db cut at any byte reopens to a state that was committed', () => {
  const seed = Number(process.env['SEED'] ?? Date.now() % 1_000_000)
  console.log(`outbox-file seed ${seed}`)
  const random = seededRandom(seed)
  const file = path.join(dir, 'outbox.db')
  const db = openDatabase({ path: file, key: KEY, durability: 'full' })
  migrate(db, OUTBOX_MIGRATIONS)
  db.pragma('wal_checkpoint(truncate)')
  // One commit is two rows: half of it must never be seen.
  const ends: number[] = []
  for (let commit = 0; commit < COMMITS; commit++) {
    transact(db, () => {
      const insert = db.prepare('insert into settings values (?, ?)')
      insert.run(String(2 * commit), 'x'.repeat(Math.floor(random() * 6_000)))
      insert.run(String(2 * commit + 1), 'y')
    })
    ends.push(statSync(`${file}-wal`).size)
  }
  const size = ends.at(-1) ?? 0
  for (let cut = 0; cut < CUTS; cut++) {
    const copy = path.join(dir, `cut-${cut}.db`)
    const at = cut === 0 ? size : Math.floor(random() * size)
    copyFileSync(file, copy)
    copyFileSync(`${file}-wal`, `${copy}-wal`)
    truncateSync(`${copy}-wal`, at)
    const committed = ends.filter((end) => end <= at).length
    expect(settingsOf(copy), `seed ${seed}, cut at ${at} of ${size}`).toEqual(
      Array.from({ length: 2 * committed }, (_, row) => row),
    )
  }
  db.close()
})

test('outbox.db survives a power cut, replica.db a killed process: pragmas', () => {
  const pragmas = (file: string, durability: 'full' | 'normal'): readonly unknown[] => {
    const db = openDatabase({ path: path.join(dir, file), key: KEY, durability })
    migrate(db, durability === 'full' ? OUTBOX_MIGRATIONS : REPLICA_MIGRATIONS)
    const found = ['journal_mode', 'synchronous', 'fullfsync', 'temp_store', 'trusted_schema'].map((name) =>
      db.pragma(name, { simple: true }),
    )
    db.close()
    return found
  }
  expect(pragmas('outbox.db', 'full')).toEqual(['wal', 2, 1, 2, 0])
  expect(pragmas('replica.db', 'normal')).toEqual(['wal', 1, 0, 2, 0])
})

const hasStrace = spawnSync('strace', ['-V']).status === 0

test.runIf(hasStrace)('every commit of outbox.db is flushed to the disk before it returns', () => {
  const script = path.join(import.meta.dirname, '../support/crash/commit-outbox.ts')
  const trace = path.join(dir, 'trace')
  const commits = 5
  execFileSync('strace', [
    ...['-f', '-o', trace, '-e', 'trace=fdatasync,fsync', '-y'],
    ...[process.execPath, script, path.join(dir, 'outbox.db'), KEY, String(commits)],
  ])
  const flushed = readFileSync(trace, 'utf8')
    .split('\n')
    .filter((line) => /f(data)?sync\(\d+<[^>]*outbox\.db-wal>/.test(line))
  expect(flushed.length).toBeGreaterThanOrEqual(commits)
})
