import { quoteName } from './where/print.ts'

/** The part of every key of a table before the key values. */
export const keyPrefix = (schema: string, table: string): string => `${quoteName(schema)}.${quoteName(table)}`

/** A message's `key`: `"public"."accounts"/"<value>"`, one part a key column; null is `_`, and `/` is doubled. */
export function rowKey(prefix: string, values: readonly (string | null | undefined)[]): string {
  let key = prefix
  for (const value of values) {
    key +=
      value === null || value === undefined ? '/_' : `/"${value.includes('/') ? value.replaceAll('/', '//') : value}"`
  }
  return key
}
