import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { dataDir } from '../../workers/sync/data-dir.ts'
import { type OpenFiles, openOwned, recoverDamaged } from '../../workers/sync/engine-files.ts'
import { backUp, listBackups, newestIntact } from '../../workers/sync/outbox-backup.ts'
import type { Recovery } from '../../workers/sync/outbox-file.ts'
import { discard } from '../../workers/sync/outbox-resolve.ts'
import { secureRandom, systemClock } from '../../workers/sync/system.ts'

const KEY = 'ab'.repeat(32)
const root = mkdtempSync(path.join(tmpdir(), 'outpost-recovery-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let folders = 0

const newDir = () => dataDir(path.join(root, String(++folders)))

const open = (dir: ReturnType<typeof newDir>, recover?: Recovery, databaseKey = KEY): Promise<OpenFiles> =>
  openOwned(
    { dataDir: dir.root, databaseKey, clock: systemClock, random: secureRandom, recover, onChange: () => {} },
    async () => null,
  )

const make = (files: OpenFiles, company: string): string => {
  const record_id = files.outbox.newId()
  const values = { type: 'customer', status: 'lead', company }
  return files.outbox.submit([{ op: 'create', entity: 'accounts', record_id, values }], { grouped: false }).ids[0] ?? ''
}

const companies = (files: OpenFiles): string[] =>
  [...files.outbox.memory.overlays()].map(({ row }) => String(row?.['company'])).sort()

/** A folder with one edit in a backup and one made after it. */
const withBackup = async () => {
  const dir = newDir()
  const files = await open(dir)
  make(files, 'In the backup')
  backUp(dir, KEY, 1_000)
  make(files, 'After the backup')
  files.close()
  return dir
}

const flip = (file: string, at: number): void => {
  const bytes = readFileSync(file)
  bytes[at] = (bytes[at] ?? 0) ^ 0xff
  writeFileSync(file, bytes)
}

test('L-5 the newest two intact backups stay; a damaged one is passed over; all are encrypted', async () => {
  const dir = newDir()
  const files = await open(dir)
  for (const [n, company] of ['One', 'Two', 'Three'].entries()) {
    make(files, company)
    backUp(dir, KEY, 1_000 + n)
  }
  expect(listBackups(dir).map(({ at }) => at)).toEqual([1_002, 1_001])
  expect(newestIntact(dir, KEY)).toMatchObject({ at: 1_002, unsent: 3 })
  flip(listBackups(dir)[0]?.path ?? '', 5_000)
  expect(newestIntact(dir, KEY)).toMatchObject({ at: 1_001, unsent: 2 })
  // The clock was set back: the new one is the newest all the same, and what is damaged does not count as kept.
  expect(backUp(dir, KEY, 5)).toMatchObject({ at: 1_003 })
  expect(listBackups(dir).map(({ at }) => at)).toEqual([1_003, 1_001])
  for (const { path: file } of listBackups(dir)) expect(readFileSync(file).includes('Three')).toBe(false)
  expect(newestIntact(dir, 'cd'.repeat(32))).toBe(null)
  files.close()
})

const DAMAGE: Readonly<Record<string, (file: string) => void>> = {
  'a changed page': (file) => flip(file, 4_096 * 2 + 700),
  'a changed first page': (file) => flip(file, 200),
  'a file cut in the middle': (file) => truncateSync(file, 4_096 * 3 + 17),
  'a file cut to nothing': (file) => truncateSync(file, 0),
  zeros: (file) => writeFileSync(file, Buffer.alloc(readFileSync(file).length)),
  'no file': (file) => rmSync(file),
}

for (const [what, damage] of Object.entries(DAMAGE))
  test(`L-6 ${what}: nothing is touched before a person has answered, then the backup or nothing takes its place`, async () => {
    for (const how of ['from_backup', 'start_empty'] as const) {
      const dir = await withBackup()
      damage(dir.outbox)
      const before = readdirSync(dir.root).sort()
      const bytes = existsSync(dir.outbox) ? readFileSync(dir.outbox) : null
      await expect(open(dir)).rejects.toMatchObject({
        error: { code: 'outbox_damaged', context: { backupAt: 1_000, backupUnsent: 1 } },
      })
      expect(readdirSync(dir.root).sort()).toEqual(before)
      if (bytes) expect(readFileSync(dir.outbox).equals(bytes)).toBe(true)
      const files = await open(dir, how)
      expect(companies(files)).toEqual(how === 'from_backup' ? ['In the backup'] : [])
      files.close()
      const aside = readdirSync(dir.root).filter((name) => /^outbox\.db\.aside-\d+$/.test(name))
      if (bytes) expect(readFileSync(path.join(dir.root, aside[0] ?? '')).equals(bytes)).toBe(true)
      const again = await open(dir)
      expect(companies(again)).toHaveLength(how === 'from_backup' ? 1 : 0)
      again.close()
    }
  })

test('L-6 without an intact backup that is told, and starting empty still works', async () => {
  const dir = newDir()
  const files = await open(dir)
  make(files, 'Only here')
  files.close()
  flip(dir.outbox, 4_096 * 2 + 700)
  await expect(open(dir)).rejects.toMatchObject({ error: { code: 'outbox_damaged', context: { backupAt: null } } })
  await expect(open(dir, 'from_backup')).rejects.toMatchObject({ error: { code: 'outbox_damaged' } })
  const empty = await open(dir, 'start_empty')
  expect(companies(empty)).toEqual([])
  empty.close()
})

test('L-6 an answer changes nothing where the outbox can be read, and waits for whoever has the folder open', async () => {
  const dir = await withBackup()
  const files = await open(dir, 'start_empty')
  expect(companies(files)).toEqual(['After the backup', 'In the backup'])
  expect(() => recoverDamaged(dir, KEY, 'start_empty', 5)).toThrow(
    expect.objectContaining({ error: expect.objectContaining({ code: 'already_running' }) }),
  )
  files.close()
  expect(() => recoverDamaged(dir, KEY, 'start_empty', 5)).toThrow(
    expect.objectContaining({ error: expect.objectContaining({ code: 'invalid_request' }) }),
  )
  truncateSync(dir.outbox, 10_000)
  expect(recoverDamaged(dir, KEY, 'from_backup', 5)).toMatchObject({ restored: { at: 1_000, unsent: 1 } })
})

test('L-6 a backup brings back what was discarded since: why a person is asked', async () => {
  const dir = newDir()
  const files = await open(dir)
  const id = make(files, 'Discarded later')
  backUp(dir, KEY, 1_000)
  discard(files.outbox, id)
  expect(companies(files)).toEqual([])
  files.close()
  flip(dir.outbox, 200)
  const back = await open(dir, 'from_backup')
  expect(companies(back)).toEqual(['Discarded later'])
  back.close()
})

test('L-3 L-6 a lost key or a newer app’s outbox is told as that, and nothing is changed', async () => {
  const dir = await withBackup()
  const kept = readFileSync(dir.outbox)
  const replica = readFileSync(dir.replica)
  await expect(open(dir, 'start_empty', 'ef'.repeat(32))).rejects.toMatchObject({ error: { code: 'key_missing' } })
  expect(readFileSync(dir.outbox).equals(kept)).toBe(true)
  expect(readFileSync(dir.replica).equals(replica)).toBe(true)
  const files = await open(dir)
  files.outboxDb.pragma('user_version = 99')
  files.close()
  await expect(open(dir, 'start_empty')).rejects.toMatchObject({ error: { code: 'database_from_future' } })
  expect(readdirSync(dir.root).filter((name) => name.includes('aside'))).toEqual([])
})

test('L-1 a damaged lock file keeps nobody out, and a second owner is still refused', async () => {
  const dir = await withBackup()
  writeFileSync(dir.lock, Buffer.alloc(8_192, 7))
  await expect(open(dir, undefined, 'ef'.repeat(32))).rejects.toMatchObject({ error: { code: 'key_missing' } })
  const files = await open(dir)
  await expect(open(dir)).rejects.toMatchObject({ error: { code: 'already_running' } })
  expect(companies(files)).toHaveLength(2)
  files.close()
})
