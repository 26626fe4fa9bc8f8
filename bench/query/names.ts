import type { Random } from '../../core/random.ts'

const ONSETS = [
  'b',
  'br',
  'c',
  'ch',
  'd',
  'f',
  'g',
  'gr',
  'h',
  'j',
  'k',
  'l',
  'm',
  'n',
  'p',
  'r',
  's',
  'st',
  't',
  'v',
  'w',
  'z',
]
const VOWELS = ['a', 'e', 'i', 'o', 'u', 'ai', 'ea', 'ö', 'é']
const CODAS = ['', '', 'l', 'n', 'nd', 'r', 'rk', 's', 'st', 't', 'x']

const pick = <T>(random: Random, items: readonly T[]): T => items[Math.floor(random() * items.length)] as T

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)

/** Accents appear in a few words only, as in real lists. */
const syllable = (random: Random): string =>
  pick(random, ONSETS) + pick(random, random() < 0.05 ? VOWELS : VOWELS.slice(0, 7)) + pick(random, CODAS)

/** A list of made-up, pronounceable words: the same for the same random source. */
export const madeUpWords = (random: Random, count: number, syllables: number): readonly string[] =>
  Array.from({ length: count }, () =>
    capital(Array.from({ length: syllables + (random() < 0.4 ? 1 : 0) }, () => syllable(random)).join('')),
  )

export const TRADES = [
  'Systems',
  'Logistics',
  'Foods',
  'Energy',
  'Holdings',
  'Partners',
  'Capital',
  'Media',
  'Robotics',
  'Health',
  'Textiles',
  'Motors',
  'Timber',
  'Marine',
  'Software',
  'Insurance',
  'Brewing',
  'Chemicals',
  'Steel',
  'Optics',
] as const

export const FORMS = ['Inc', 'Ltd', 'GmbH', 'AG', 'SA', 'LLC', 'BV', 'Group', 'Co', 'Corporation'] as const

/** The ASCII letters and digits of a text, for an e-mail address. */
export const slug = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/[^a-zA-Z0-9]+/g, '')
    .toLowerCase()
