import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ROLES } from '../../core/model/codes.ts'
import { ENTITIES, ENTITY_NAMES, STAMP_FIELDS } from '../../core/model/entities.ts'
import type { FieldKind } from '../../core/model/field.ts'
import { migrate } from '../../db/postgres/migrate.ts'
import { type TestDatabase, type TestPostgres, withPostgres } from '../support/postgres.ts'

const PG_TYPE: Record<FieldKind, string> = {
  text: 'text',
  longText: 'text',
  code: 'text',
  ref: 'uuid',
  money: 'bigint',
  day: 'date',
  instant: 'timestamp(3) with time zone',
  bool: 'boolean',
  int: 'integer',
}

interface Column {
  name: string
  type: string
  required: boolean
}

let postgres: TestPostgres
let db: TestDatabase

beforeAll(async () => {
  postgres = await withPostgres()
  db = await postgres.createDatabase()
  await migrate(db.url)
})
afterAll(() => postgres.stop())

const columnsInPostgres = (entity: string): Promise<Column[]> =>
  db.query<Column>(
    `select attname as name, format_type(atttypid, atttypmod) as type, attnotnull as required from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped`,
    [entity],
  )

const columnsInModel = (entity: (typeof ENTITY_NAMES)[number]): Column[] => [
  { name: 'id', type: 'uuid', required: true },
  ...(entity === 'workspaces' ? [] : [{ name: 'workspace_id', type: 'uuid', required: true }]),
  ...Object.entries({ ...ENTITIES[entity].fields, ...STAMP_FIELDS }).map(([name, field]) => ({
    name,
    // A counter that never ends; every other whole number of the model fits 32 bits.
    type: name === 'version' ? 'bigint' : PG_TYPE[field.kind],
    required: !field.nullable,
  })),
  { name: 'deleted_at', type: 'timestamp(3) with time zone', required: false },
  { name: 'deleted_by_mutation', type: 'uuid', required: false },
]

const byName = (a: Column, b: Column) => (a.name < b.name ? -1 : 1)

describe.each(ENTITY_NAMES)('table %s', (entity) => {
  test('has exactly the columns of the model, with their types and nullability', async () => {
    const actual = await columnsInPostgres(entity)
    expect(actual.sort(byName)).toEqual(columnsInModel(entity).sort(byName))
  })

  test('logs whole old rows, so that shapes see what leaves them', async () => {
    expect(await db.query('select relreplident from pg_class where oid = $1::regclass', [entity])).toEqual([
      { relreplident: 'f' },
    ])
  })

  test('bounds every text by the length of the model', async () => {
    const checks = await db.query<{ conname: string; def: string }>(
      `select conname, pg_get_constraintdef(oid) as def from pg_constraint where conrelid = $1::regclass and contype = 'c'`,
      [entity],
    )
    if (!ENTITIES[entity].writable) return
    for (const [name, field] of Object.entries(ENTITIES[entity].fields)) {
      if (field.maxLength === undefined) continue
      const check = checks.find(({ conname }) => conname === `${entity}_${name}_check`)
      expect(check?.def, name).toMatch(new RegExp(`char_length\\(${name}\\).*<= ${field.maxLength}\\)`))
      expect(check?.def.includes('>= 1'), `${name} may be empty`).toBe(!field.nullable)
    }
  })

  test('points every reference at a row of the same workspace', async () => {
    const keys = await db.query<{ def: string }>(
      `select pg_get_constraintdef(oid) as def from pg_constraint where conrelid = $1::regclass and contype = 'f'`,
      [entity],
    )
    for (const [name, field] of Object.entries(ENTITIES[entity].fields)) {
      if (field.kind !== 'ref' || name === 'account_assigned_to') continue
      expect(keys.map(({ def }) => def)).toContain(
        `FOREIGN KEY (workspace_id, ${name}) REFERENCES ${field.ref}(workspace_id, id)`,
      )
    }
  })

  test('lets clients write exactly the editable fields of the model', async () => {
    if (!ENTITIES[entity].writable) return
    const [row] = await db.query<{ columns: string[] }>('select app.writable_columns($1) as columns', [entity])
    const editable = Object.entries(ENTITIES[entity].fields)
      .filter(([, field]) => field.editable)
      .map(([name]) => name)
    expect(row?.columns.sort()).toEqual(editable.sort())
  })
})

test('knows the roles of the model', async () => {
  const [row] = await db.query<{ def: string }>(
    `select pg_get_constraintdef(oid) as def from pg_constraint where conname = 'workspace_members_role_check'`,
  )
  for (const { code } of ROLES) expect(row?.def).toContain(`'${code}'`)
})
