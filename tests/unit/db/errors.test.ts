import { expect, test } from 'vitest'
import { OutpostError } from '../../../core/errors.ts'
import { fromSqlite } from '../../../db/sqlite/errors.ts'
import { saysDamage } from '../../../db/sqlite/integrity.ts'

const translated = (code: string) => {
  const error = fromSqlite(Object.assign(new Error(code), { code }), 'outbox.db')
  if (!(error instanceof OutpostError)) throw new Error('not translated')
  return { code: error.error.code, damage: saysDamage(error.error) }
}

test('a disk that fails, is full or read-only is no damage; damage is told apart from it', () => {
  expect(translated('SQLITE_FULL')).toEqual({ code: 'disk_full', damage: false })
  expect(translated('SQLITE_READONLY_DIRECTORY')).toEqual({ code: 'disk_read_only', damage: false })
  expect(translated('SQLITE_IOERR_WRITE')).toEqual({ code: 'disk_failing', damage: false })
  expect(translated('SQLITE_BUSY_SNAPSHOT')).toEqual({ code: 'server_busy', damage: false })
  expect(translated('SQLITE_CORRUPT_INDEX')).toEqual({ code: 'database_damaged', damage: true })
  expect(translated('SQLITE_IOERR_SHORT_READ')).toEqual({ code: 'database_damaged', damage: true })
  expect(translated('SQLITE_NOTADB')).toEqual({ code: 'key_missing', damage: true })
})
