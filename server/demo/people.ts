import type { Random } from '../../core/random.ts'
import { intBelow, pick } from './draw.ts'
import type { Place } from './places.ts'

export interface Person {
  readonly name: string
  /** Lower-case ASCII for addresses; empty where the name has no Latin letters. */
  readonly slug: string
}

const LATIN: Readonly<Record<string, string>> = { ß: 'ss', ł: 'l', ø: 'o', æ: 'ae', ı: 'i', đ: 'd' }

/** Text as it stands in addresses: ASCII letters and digits, words joined by `joiner`. */
export const slugOf = (text: string, joiner = '-'): string =>
  text
    .toLowerCase()
    .replace(/[ßłøæıđ]/g, (letter) => LATIN[letter] ?? '')
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .replace(/[^a-z0-9]+/g, joiner)
    .replace(new RegExp(`^\\${joiner}+|\\${joiner}+$`, 'g'), '')

export const personOf = (random: Random, place: Place): Person => {
  const first = pick(random, place.firstNames)
  const last = pick(random, place.lastNames)
  const name = place.familyFirst
    ? `${last}${last.length > 1 && first.length > 1 ? ' ' : ''}${first}`
    : `${first} ${last}`
  return { name, slug: slugOf(`${first} ${last}`, '.') }
}

export const phoneOf = (random: Random, place: Place): string =>
  `${place.dialCode} ${10 + intBelow(random, 89)} ${100 + intBelow(random, 900)} ${1000 + intBelow(random, 9000)}`
