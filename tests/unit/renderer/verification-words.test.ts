import { expect, test } from 'vitest'
import { verificationWords } from '../../../renderer/features/settings/verification-words.ts'

const at = new Date(2026, 0, 1, 10, 32).getTime()

test('a comparison with the server says how much, when, and what differs', () => {
  const clean = { records: 142_311, differences: 0, entities: [], repaired: null, at }
  expect(verificationWords(clean, 'en-GB')).toBe('142,311 records verified 10:32, 0 differences')
  expect(verificationWords({ ...clean, repaired: 3 }, 'en-GB')).toBe(
    '142,311 records verified 10:32, 0 differences, 3 repaired',
  )
  const found = { ...clean, differences: 1, entities: [{ entity: 'contacts' as const, differences: 1 }] }
  expect(verificationWords(found, 'en-GB')).toBe('142,311 records verified 10:32, 1 difference (1 in contacts)')
})
