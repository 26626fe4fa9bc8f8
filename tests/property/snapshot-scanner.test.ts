import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { kindOf } from '../../core/model/convert.ts'
import { columnsOf, ENTITY_NAMES, type EntityName } from '../../core/model/entities.ts'
import type { Value } from '../../core/model/field.ts'
import { type PgRow, rowBinder } from '../../db/sqlite/row-codec.ts'
import { SnapshotScanner, UnfamiliarBody } from '../../db/sqlite/snapshot-scanner.ts'

const pad = (value: number, digits: number): string => String(value).padStart(digits, '0')

const instant = fc
  .tuple(
    fc.date({ min: new Date('1000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
    fc.nat(6),
    fc.nat(),
  )
  .map(([date, digits, more]) => {
    const fraction = digits === 0 ? '' : `.${pad(more % 10 ** digits, digits)}`
    return `${date.toISOString().slice(0, 19).replace('T', ' ')}${fraction}+00`
  })

/** What Postgres may print for a column, and some that it never would. */
const textOf = (entity: EntityName, column: string): fc.Arbitrary<string | null> => {
  const odd = fc.oneof(
    fc.constant(null),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('', '-', '1.5', 'infinity', '"\\'),
  )
  const usual = (): fc.Arbitrary<string> => {
    switch (kindOf(entity, column)) {
      case 'money':
      case 'int':
        return fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n }).map(String)
      case 'instant':
        return instant
      case 'bool':
        return fc.constantFrom('true', 'false', 't', 'f')
      default:
        return fc.oneof(fc.uuid(), fc.string({ unit: 'grapheme' }), fc.lorem())
    }
  }
  return fc.oneof({ weight: 9, arbitrary: usual() }, { weight: 1, arbitrary: odd })
}

const someRows = fc.constantFrom(...ENTITY_NAMES).chain((entity) => {
  const row = fc.record(Object.fromEntries(columnsOf(entity).map((column) => [column, textOf(entity, column)])))
  return fc.record({ entity: fc.constant(entity), rows: fc.array(row, { minLength: 1, maxLength: 8 }) })
})

const END = { headers: { control: 'snapshot-end', xmin: '1', xmax: '1', xip_list: [] } }
const headers = { relation: ['public', 'x'], operation: 'insert' }
const message = (value: PgRow) => ({ key: `"public"."x"/"${value['id']}"`, value, headers })
/** Between other bytes, as in memory that held a longer body before. */
const bodyOf = (elements: readonly unknown[]): Uint8Array<ArrayBuffer> => {
  const text = JSON.stringify(elements)
  return Uint8Array.from(Buffer.from(`]${text},{}]`)).subarray(1, 1 + Buffer.byteLength(text))
}

const scan = (entity: EntityName, body: Uint8Array<ArrayBuffer>): Value[][] => {
  const rows: Value[][] = []
  new SnapshotScanner(entity).scan(body, (values) => rows.push([...values]))
  return rows
}

describe('a snapshot’s body', () => {
  test('read from its bytes is what JSON.parse makes of it', () => {
    fc.assert(
      fc.property(someRows, fc.boolean(), ({ entity, rows }, ended) => {
        const elements = [...rows.map(message), ...(ended ? [END] : [])]
        const bind = rowBinder(entity)
        expect(scan(entity, bodyOf(elements))).toEqual(rows.map((row) => bind(row)))
      }),
      { numRuns: 400 },
    )
  })

  test('says which controls stand behind its rows', () => {
    const controls = new SnapshotScanner('notes').scan(bodyOf([message({ id: 'a' }), END]), () => {})
    expect(controls).toEqual([END])
  })

  const a = message({ id: 'a', body: 'x' })
  test.each<readonly [string, readonly unknown[]]>([
    ['nothing but a control', [END]],
    ['an empty array', []],
    ['a change from the log', [{ ...a, headers: { ...headers, lsn: '1' } }]],
    ['an update', [{ ...a, headers: { ...headers, operation: 'update' } }]],
    ['rows with different keys', [a, message({ id: 'b', author: 'x' })]],
    ['keys in another order', [a, message({ body: 'x', id: 'b' })]],
    ['a row with fewer columns', [a, message({ id: 'b' })]],
    ['another header', [a, { ...a, headers: { ...headers, tags: ['t'] } }]],
    ['a number for a cell', [a, { ...a, value: { id: 'b', body: 1 } }]],
    ['a row behind a control', [a, END, a]],
  ])('is refused where it holds %s', (_what, elements) => {
    expect(() => scan('notes', bodyOf(elements))).toThrow(UnfamiliarBody)
  })

  test('cut anywhere is refused or no JSON, never read as less', () => {
    const text = JSON.stringify([a, message({ id: 'ä', body: 'tail "quoted" \\' }), END])
    const whole = Buffer.from(text)
    for (let length = 0; length < whole.length; length++) {
      const body = Uint8Array.from(whole.subarray(0, length))
      expect(() => scan('notes', body), `cut at ${length}`).toThrow()
    }
  })
})
