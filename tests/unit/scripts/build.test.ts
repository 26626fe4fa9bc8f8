import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { fingerprint } from '../../../scripts/build/fingerprint.ts'
import { root, type Target, targets } from '../../../scripts/build/targets.ts'
import { buildApp } from '../../../scripts/build.ts'

const folder = mkdtempSync(join(tmpdir(), 'outpost-build-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the build', () => {
  it('names entries that exist, and the folders that they lie in', () => {
    for (const { entries, sources } of targets) {
      for (const path of Object.values(entries)) {
        expect(existsSync(join(root, path)), path).toBe(true)
        expect(
          sources.some((source) => path.startsWith(`${source}/`)),
          path,
        ).toBe(true)
      }
    }
  })

  it('changes its fingerprint with a file’s content, name, and number', () => {
    const source = join(folder, 'source')
    mkdirSync(source)
    writeFileSync(join(source, 'a.ts'), '1')
    const first = fingerprint([source])
    expect(fingerprint([source])).toBe(first)
    writeFileSync(join(source, 'a.ts'), '2')
    const second = fingerprint([source])
    writeFileSync(join(source, 'b.ts'), '')
    expect(new Set([first, second, fingerprint([source])]).size).toBe(3)
  })

  it('leaves out what the host brings, and builds again only what changed', async () => {
    const source = join(folder, 'app')
    mkdirSync(source)
    const entry = join(source, 'index.ts')
    writeFileSync(
      entry,
      "import { app } from 'electron'\nimport { join } from 'node:path'\napp.setPath('home', join('a', 'b'))\n",
    )
    const target: Target = {
      name: 'one',
      kind: 'node',
      entries: { index: entry },
      sources: [source],
      output: join(folder, 'out'),
    }
    expect(await buildApp(undefined, [target])).toEqual({ built: ['one'], unchanged: [] })
    expect(readFileSync(join(folder, 'out/index.js'), 'utf8')).toMatch(/import \{ app \} from "electron"/)
    expect(await buildApp(undefined, [target])).toEqual({ built: [], unchanged: ['one'] })
    writeFileSync(entry, "import { app } from 'electron'\napp.quit()\n")
    expect(await buildApp(undefined, [target])).toEqual({ built: ['one'], unchanged: [] })
  })
})
