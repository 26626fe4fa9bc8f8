import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire, isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import { extractAll, listPackage } from '@electron/asar'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { targets } from '../../scripts/build/targets.ts'
import { referencesOf } from '../../scripts/import-rules/references.ts'
import { makeStandInElectron } from '../support/stand-in-electron.ts'

const root = join(import.meta.dirname, '../..')
let work = ''
let packed = ''
/** Every file of the archive, unpacked ones too, without its leading slash. */
let inside: readonly string[] = []

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'outpost-dist-'))
  const electron = makeStandInElectron(join(work, 'electron'))
  const command = ['scripts/dist.ts', '--dir', '--electron-dist', electron, '--output', join(work, 'dist')]
  await promisify(execFile)(process.execPath, command, { cwd: root })
  packed = join(work, 'dist/linux-unpacked')
  const archive = join(packed, 'resources/app.asar')
  extractAll(archive, join(work, 'app'))
  inside = listPackage(archive, { isPack: false })
    .map((path) => path.replaceAll('\\', '/').replace(/^\//, ''))
    .filter((path) => statSync(join(work, 'app', path)).isFile())
})
afterAll(() => rmSync(work, { recursive: true, force: true }))

const filesUnder = (dir: string): readonly string[] =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))

describe('the packed Linux directory', () => {
  test('holds the product beside Electron, without the start page or languages that it does not speak', () => {
    expect(existsSync(join(packed, 'outpost'))).toBe(true)
    expect(existsSync(join(packed, 'electron'))).toBe(false)
    expect(existsSync(join(packed, 'LICENSE.electron.txt'))).toBe(true)
    expect(readdirSync(join(packed, 'locales'))).toEqual(['en-US.pak'])
    expect(readdirSync(join(packed, 'resources')).sort()).toEqual(['app.asar', 'app.asar.unpacked'])
  })

  test('has one native file, for linux-x64, unpacked, and it opens a database', () => {
    const native = filesUnder(packed).filter((path) => path.endsWith('.node'))
    const unpacked = join(packed, 'resources/app.asar.unpacked/node_modules/better-sqlite3')
    expect(native).toEqual([join(unpacked, 'prebuilds/linux-x64.node')])
    expect(inside.filter((path) => path.endsWith('.node'))).toEqual([
      'node_modules/better-sqlite3/prebuilds/linux-x64.node',
    ])
    const Database = createRequire(join(unpacked, 'package.json'))(unpacked)
    const db = new Database(':memory:')
    expect(db.prepare('select 6 * 7 as answer').get()).toEqual({ answer: 42 })
    db.close()
  })

  test('has every bundle', () => {
    for (const target of targets)
      for (const [name, entry] of Object.entries(target.entries)) {
        const file = entry.endsWith('.html') ? `${name}.html` : `${name}.${target.kind === 'preload' ? 'cjs' : 'js'}`
        expect(inside, `${target.name}: ${name}`).toContain(`${target.output}/${file}`)
      }
    expect(
      inside.some((path) => /^out\/renderer\/assets\/.*worker.*\.js$/.test(path)),
      'the query worker',
    ).toBe(true)
  })

  test('has nothing else: no sources, maps, tests, tools or other packages', () => {
    const allowed = [
      /^package\.json$/,
      /^out\/main\/[\w-]+\.js$/,
      /^out\/preload\/index\.cjs$/,
      /^out\/renderer\/(index\.html|assets\/[\w.-]+\.(js|css|woff2|svg|png))$/,
      /^node_modules\/better-sqlite3\/(LICENSE|package\.json|lib\/[\w/-]+\.js|prebuilds\/linux-x64\.node)$/,
    ]
    expect(inside.filter((path) => !allowed.some((pattern) => pattern.test(path)))).toEqual([])
  })

  test('its package.json starts the main bundle and names no development tools', () => {
    const manifest = JSON.parse(readFileSync(join(work, 'app/package.json'), 'utf8'))
    expect(manifest).toMatchObject({ name: 'outpost', main: 'out/main/index.js', type: 'module' })
    expect(inside).toContain(manifest.main)
    expect(manifest).not.toHaveProperty('devDependencies')
    expect(Object.keys(manifest.dependencies)).toEqual(['better-sqlite3'])
  })

  test('bundles import nothing that is not there', () => {
    const wanted = inside
      .filter((path) => /^out\/(main|preload)\/.*\.c?js$/.test(path))
      .flatMap((path) => referencesOf(path, readFileSync(join(work, 'app', path), 'utf8')))
      .map(({ specifier }) => specifier)
      .filter((name) => name !== null && !name.startsWith('.') && !isBuiltin(name))
    expect([...new Set(wanted)].sort()).toEqual(['better-sqlite3', 'electron'])
  })

  test('its csv thread reads a file', async () => {
    const file = join(work, 'a.csv')
    writeFileSync(file, 'Company\nAcme\n')
    const workerData = { job: 'preview', file, entity: 'accounts', mapping: null, members: [], currency: 'EUR' }
    const [message] = await once(new Worker(join(work, 'app/out/main/csv.js'), { workerData }), 'message')
    expect(message).toMatchObject({ t: 'preview', preview: { rows: [{ line: 2, values: { company: 'Acme' } }] } })
  })

  test('is of a sane size', () => {
    const bytes = (paths: readonly string[]): number => paths.reduce((sum, path) => sum + statSync(path).size, 0)
    const own = bytes(filesUnder(join(packed, 'resources')))
    expect(own).toBeGreaterThan(3_000_000)
    expect(own).toBeLessThan(12_000_000)
  })
})
