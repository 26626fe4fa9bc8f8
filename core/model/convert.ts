import { type EntityName, fieldOf } from './entities.ts'
import type { FieldKind, Value } from './field.ts'

const PG_INSTANT = /^(\d{4,})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?\+00$/

/** Postgres' UTC text of a timestamptz ('2026-01-02 03:04:05.678+00') as epoch milliseconds; null where it is not one. */
export const instantFromPg = (pgText: string): number | null => {
  const part = PG_INSTANT.exec(pgText)
  if (!part) return null
  const milliseconds = Number((part[7] ?? '').padEnd(3, '0').slice(0, 3))
  return Date.UTC(
    Number(part[1]),
    Number(part[2]) - 1,
    Number(part[3]),
    Number(part[4]),
    Number(part[5]),
    Number(part[6]),
    milliseconds,
  )
}

/** A Postgres text value (as Electric sends it) in its row form; see `FieldKind` for the forms. */
export const valueFromPg = (kind: FieldKind | 'id', pgText: string | null): Value => {
  if (pgText === null) return null
  switch (kind) {
    case 'money':
    case 'int':
      return Number(pgText)
    case 'instant':
      return instantFromPg(pgText)
    case 'bool':
      return pgText === 't' || pgText === 'true' ? 1 : 0
    default:
      return pgText
  }
}

/** The kind that decides how a column is converted; `id` for the key. */
export const kindOf = (entity: EntityName, column: string): FieldKind | 'id' =>
  column === 'id' ? 'id' : (fieldOf(entity, column)?.kind ?? 'text')

/** Days since 1970-01-01 of a 'YYYY-MM-DD' day. */
export const dayNumber = (isoDay: string): number => Math.floor(Date.parse(`${isoDay}T00:00:00Z`) / 86_400_000)

/** The 'YYYY-MM-DD' day of a day number. */
export const isoDay = (days: number): string => new Date(days * 86_400_000).toISOString().slice(0, 10)
