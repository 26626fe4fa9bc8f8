import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import realRules from '../../../import-rules.json' with { type: 'json' }
import { importRules } from '../../../scripts/import-rules/rules.ts'
import { violationsIn } from '../../../scripts/import-rules/tree.ts'

const rules = importRules.parse(realRules)
let root = ''

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'outpost-rules-'))
  for (const door of rules.doors) write(door.file, '')
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const write = (path: string, source: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), source)
}

/** What the rules say about one file of the fixture tree. */
const check = (path: string, source: string): readonly string[] => {
  write(path, source)
  return violationsIn(root, rules).map(({ file, line, message }) => `${file}:${line} ${message}`)
}

describe('what the table allows', () => {
  test.each([
    ['core/a.ts', `import { z } from 'zod'\nimport { b } from './model/b.ts'`],
    ['workers/sync/a.ts', `import { z } from '../../core/a.ts'\nimport { open } from '../../db/sqlite/open.ts'`],
    ['workers/sync/threads.ts', `new Worker(new URL('../csv/thread.ts', import.meta.url))`],
    ['renderer/data/a.ts', `import type { Api } from '../../workers/query/api.ts'`],
    ['renderer/data/b.ts', `new Worker(new URL('../../workers/query/worker.ts', import.meta.url), { type: 'module' })`],
    ['main/a.ts', `import { readFile } from 'node:fs/promises'\nimport { app } from 'electron'`],
    ['tests/unit/a.test.ts', `import Database from 'better-sqlite3'\nimport { x } from '../../main/x.ts'`],
    ['server/embedded/a.ts', `import { gateway } from '../gateway/app.ts'`],
  ])('%s', (path, source) => {
    expect(check(path, source)).toEqual([])
  })
})

describe('what it refuses', () => {
  test.each([
    ['core/a.ts', `import { join } from 'node:path'`, 'core/ may not import node:path'],
    ['core/a.ts', `import { useState } from 'react'`, 'core/ may not import the package react'],
    [
      'core/a.ts',
      `import type { Db } from '../db/sqlite/connection.ts'`,
      'core/ may not import types of db/sqlite/connection.ts',
    ],
    ['core/a.ts', `export * from '../main/x.ts'`, 'core/ may not import main/x.ts'],
    ['core/a.ts', `export { x } from '../tests/x.ts'`, 'core/ may not import tests/x.ts'],
    ['core/a.ts', `const x = await import('../cli/x.ts')`, 'core/ may not import cli/x.ts'],
    ['core/a.ts', `type X = typeof import('../cli/x.ts')`, 'core/ may not import types of cli/x.ts'],
    ['core/a.ts', `import '../../elsewhere/x.ts'`, '../../elsewhere/x.ts lies outside the repository'],
    ['core/a.ts', 'await import(`./$' + '{name}.ts`)', 'a computed import cannot be checked: name the module'],
    ['workers/query/a.ts', `const fs = require('node:fs')`, 'workers/query/ may not import node:fs'],
    [
      'renderer/data/a.ts',
      `import { x } from '../../workers/query/x.ts'`,
      'renderer/ may not import workers/query/x.ts except by "import type"',
    ],
    [
      'renderer/data/a.ts',
      `import { type X } from '../../workers/query/x.ts'`,
      'renderer/ may not import workers/query/x.ts except by "import type"',
    ],
    [
      'renderer/data/a.ts',
      `import type { X } from '../../workers/sync/x.ts'`,
      'renderer/ may not import types of workers/sync/x.ts',
    ],
    [
      'renderer/data/a.ts',
      `new Worker(new URL('../../workers/sync/x.ts', import.meta.url))`,
      'renderer/ may not start workers/sync/x.ts',
    ],
    [
      'renderer/features/list/a.tsx',
      `import { F } from '../detail/form.tsx'`,
      'list may not import detail: move what they share out of renderer/features/',
    ],
    ['main/a.ts', `import { x } from './preload/x.ts'`, 'main/ may not import main/preload/x.ts'],
    [
      'server/gateway/a.ts',
      `import { x } from '../embedded/x.ts'`,
      'server/gateway/ may not import server/embedded/x.ts',
    ],
    ['elsewhere/a.ts', `import { x } from '../core/x.ts'`, 'no rule covers elsewhere/: add it to import-rules.json'],
  ])('%s: %s', (path, source, message) => {
    expect(check(path, source)).toEqual([`${path}:1 ${message}`])
  })
})

describe('one door for each dangerous thing', () => {
  test.each([
    ['db/sqlite/other.ts', `import Database from 'better-sqlite3'`, /^only .* may import better-sqlite3$/],
    ['workers/csv/other.ts', `import { parse } from 'csv-parse/sync'`, /^only .* may import csv-parse$/],
    ['main/other.ts', `import { ipcMain } from 'electron'`, /^only .* may import ipcMain of electron$/],
    ['main/other.ts', `import * as electron from 'electron'`, /^only .* may import ipcMain of electron$/],
    ['main/preload/other.ts', `const { ipcRenderer } = require('electron')`, /^only .* of electron$/],
  ])('%s: %s', (path, source, message) => {
    write(path, source)
    const [violation, ...others] = violationsIn(root, rules)
    expect(violation).toMatchObject({ file: path, line: 1, message: expect.stringMatching(message) })
    expect(others).toEqual([])
  })

  test('a door that is gone is an error, so that the rule cannot lapse', () => {
    const [door] = rules.doors
    rmSync(join(root, door?.file ?? ''))
    expect(violationsIn(root, rules)).toEqual([
      { file: 'import-rules.json', line: 1, message: `the door ${door?.file} is not there` },
    ])
  })
})
