import { fold } from './sort-key.ts'

const SPACES = /\s+/u

/**
 * The words of a search, folded, each once. A record is found when every word is a substring of one of its folded
 * searchable fields; different words may be found in different fields.
 */
export const searchWords = (search: string): readonly string[] => [
  ...new Set(
    fold(search.toWellFormed())
      .split(SPACES)
      .filter((word) => word !== ''),
  ),
]
