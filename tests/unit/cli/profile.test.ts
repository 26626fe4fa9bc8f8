import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readArguments } from '../../../cli/args.ts'
import { keepProfile, profileOf } from '../../../cli/profile.ts'
import { type DataDir, dataDir } from '../../../workers/sync/data-dir.ts'

const PROFILE = { gateway: 'https://crm.example.com', workspace: '01a20594-49e0-7053-9b44-97c9ec50e51e' }
const OPTIONS = ['--gateway', PROFILE.gateway, '--workspace', PROFILE.workspace]

let dir: DataDir

beforeEach(() => {
  dir = dataDir(mkdtempSync(join(tmpdir(), 'outpost-profile-')))
})
afterEach(() => rmSync(dir.root, { recursive: true, force: true }))

test('what a sync was told is known to the next command, and nothing half written is left', () => {
  keepProfile(dir, PROFILE)
  expect(profileOf(dir, { args: readArguments([]) })).toEqual(PROFILE)
  expect(readdirSync(dir.root).filter((name) => name.endsWith('.new'))).toEqual([])
})

test.each(['', '{"gateway":"htt'])(
  'a profile that a kill cut off (%j) does not end a command that is told both',
  (text) => {
    writeFileSync(dir.profile, text)
    expect(profileOf(dir, { args: readArguments(OPTIONS) })).toEqual(PROFILE)
    expect(() => profileOf(dir, { args: readArguments([]) })).toThrow('--gateway URL and --workspace ID are needed.')
  },
)
