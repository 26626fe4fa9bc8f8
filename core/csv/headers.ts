import { ENTITIES } from '../model/entities.ts'
import type { CsvMapping } from '../protocol/window-api.ts'
import { fold } from '../query/sort-key.ts'
import { type ImportEntity, JOINED_HEADERS, SYNONYMS } from './synonyms.ts'

/**
 * A header as it is compared: words in lower case without accents, punctuation or what stands in brackets, so that
 * "Deal value (EUR)", "deal_value" and "DealValue" are one.
 */
export const normalizeHeader = (header: string): string =>
  fold(header.replace(/[([].*?[)\]]/g, ' ').replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2'))
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()

/** Headers as keys of a mapping: trimmed, an empty one named by its place, a repeated one numbered. */
export const uniqueHeaders = (cells: readonly string[]): readonly string[] => {
  const taken = new Set<string>()
  return cells.map((cell, index) => {
    const name = cell.trim() === '' ? `Column ${index + 1}` : cell.trim()
    let unique = name
    for (let copy = 2; taken.has(unique); copy++) unique = `${name} (${copy})`
    taken.add(unique)
    return unique
  })
}

/** Columns of an entity that an import may fill. */
export const importColumns = (entity: ImportEntity): readonly string[] =>
  Object.entries(ENTITIES[entity].fields)
    .filter(([, field]) => field.editable)
    .map(([column]) => column)

/**
 * Maps headers to columns by name. Each column takes the header of its most telling name: its own name or label
 * first, then its synonyms in their order; where two headers tie, the first in the file. The rest maps to null.
 */
export const mapHeaders = (entity: ImportEntity, headers: readonly string[]): CsvMapping => {
  const normal = headers.map(normalizeHeader)
  const mapping: CsvMapping = Object.fromEntries(headers.map((header) => [header, null]))
  const free = (index: number): boolean => mapping[headers[index] ?? ''] === null
  const candidates = importColumns(entity).flatMap((column) =>
    namesOf(entity, column).map((name, rank) => ({ column, name, rank })),
  )
  const mapped = new Set<string>()
  for (const { column, name } of candidates.sort((a, b) => a.rank - b.rank)) {
    const index = normal.findIndex((header, at) => header === name && free(at))
    const header = headers[index]
    if (header === undefined || mapped.has(column)) continue
    mapping[header] = column
    mapped.add(column)
  }
  for (const { column, parts } of JOINED_HEADERS[entity] ?? []) {
    const found = parts.map((part) => headers[normal.findIndex((header, at) => part.includes(header) && free(at))])
    if (mapped.has(column) || found.some((header) => header === undefined)) continue
    for (const header of found) if (header !== undefined) mapping[header] = column
  }
  return mapping
}

const namesOf = (entity: ImportEntity, column: string): readonly string[] => {
  const label = ENTITIES[entity].fields[column]?.label ?? column
  return [...new Set([normalizeHeader(column), normalizeHeader(label), ...(SYNONYMS[entity][column] ?? [])])]
}
