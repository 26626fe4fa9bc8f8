import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const ROOT = path.join(import.meta.dirname, '../../../..')
const RULE = /\b[RWSVL]-\d+\b/g

const rules = new Set(
  [...readFileSync(path.join(ROOT, 'core/sync/SPEC.md'), 'utf8').matchAll(/^\| ([RWSVL]-\d+) \|/gm)].map(
    (match) => match[1] ?? '',
  ),
)

/** Rule ids at the start of test titles, by id. */
const tested = (): ReadonlyMap<string, string[]> => {
  const found = new Map<string, string[]>()
  const files = readdirSync(path.join(ROOT, 'tests'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.test.ts'),
  )
  for (const file of files)
    for (const [, title = ''] of readFileSync(path.join(ROOT, 'tests', file), 'utf8').matchAll(
      /^ *test\(\s*['`"]((?:[RWSVL]-\d+ )+)/gm,
    ))
      for (const id of title.match(RULE) ?? []) found.set(id, [...(found.get(id) ?? []), file])
  return found
}

test('every sync rule has a test, and every rule that a test names is one', () => {
  const named = tested()
  expect(rules.size).toBeGreaterThan(35)
  expect([...rules].filter((id) => !named.has(id))).toEqual([])
  expect([...named.keys()].filter((id) => !rules.has(id))).toEqual([])
})
