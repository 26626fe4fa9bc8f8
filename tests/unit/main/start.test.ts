import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { chooseConnection, startOptions } from '../../../main/config.ts'
import { dataFolder } from '../../../main/data-folder.ts'
import { keyFromFile, keyFromStore, setKeyAside } from '../../../main/keys.ts'
import { quitQuestion } from '../../../main/quit.ts'
import { RotatingFile } from '../../../main/rotating-file.ts'
import { userOfToken, userToSignIn } from '../../../main/token.ts'

const root = mkdtempSync(join(tmpdir(), 'outpost-main-'))
let folders = 0
const newFolder = () => mkdtempSync(join(root, `${++folders}-`))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const workspace = '0190a000-0000-7000-8000-000000000001'
const box = {
  isEncryptionAvailable: () => true,
  encryptString: (text: string) => Buffer.from(`sealed:${Buffer.from(text).toString('base64')}`),
  decryptString: (sealed: Buffer) => {
    const [head, body = ''] = sealed.toString().split(':')
    if (head !== 'sealed') throw new Error('not sealed here')
    return Buffer.from(body, 'base64').toString()
  },
}

describe('a token to sign in with', () => {
  const token = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`
  const now = 1_000_000

  it('names its user, who must be the one whose data is here', () => {
    const ana = token({ sub: 'ana', exp: 1_001 })
    expect(userToSignIn(ana, undefined, now)).toBe('ana')
    expect(userToSignIn(ana, 'ana', now)).toBe('ana')
    expect(() => userToSignIn(ana, 'bob', now)).toThrow('another member')
  })

  it('is refused in words when it is over or is none', () => {
    expect(() => userToSignIn(token({ sub: 'ana', exp: 1_000 }), 'ana', now)).toThrow('expired')
    for (const text of ['', 'password', 'a.b', 'a b.c.d', token({ exp: 2_000 }), `${token({ sub: 'ana' })}.x`])
      expect(() => userToSignIn(text, undefined, now)).toThrow('not a sign-in token')
  })
})

describe('what the app was started with', () => {
  it('comes from the command line before the environment, past Chromium’s own switches', () => {
    const args = [
      'out/main/index.js',
      '--no-sandbox',
      '--gateway=https://a.example',
      '--workspace',
      workspace,
      '--report',
    ]
    expect(startOptions(args, { OUTPOST_GATEWAY: 'https://b.example', OUTPOST_DATA: '/data' })).toMatchObject({
      gateway: 'https://a.example',
      workspace,
      data: '/data',
      report: true,
      tokenFile: undefined,
    })
  })

  it('is completed by what is remembered', () => {
    const remembered = { gateway: 'https://a.example', workspace }
    expect(chooseConnection(startOptions([], {}), remembered)).toEqual(remembered)
    expect(chooseConnection(startOptions(['--gateway', 'https://b.example/'], {}), remembered).gateway).toBe(
      'https://b.example',
    )
  })

  it('is refused, with words, without a gateway or with one that is no safe place for a token', () => {
    const choose = (gateway: string) =>
      chooseConnection(startOptions(['--gateway', gateway, '--workspace', workspace], {}), undefined)
    expect(() => chooseConnection(startOptions([], {}), undefined)).toThrow('--gateway')
    for (const gateway of ['http://example.com', 'ftp://example.com', 'nonsense', 'http://127.0.0.1.example.com']) {
      expect(() => choose(gateway)).toThrow('--gateway')
    }
    for (const gateway of ['http://127.0.0.1:4000', 'http://localhost:1', 'http://[::1]:1', 'https://example.com']) {
      expect(choose(gateway).gateway).toBe(gateway)
    }
  })

  it('gives each gateway, workspace and user a data directory of their own', () => {
    const of = (gateway: string, user: string) => dataFolder('/u', { gateway, workspace }, user)
    expect(new Set([of('https://a', 'x'), of('https://a', 'y'), of('https://b', 'x')]).size).toBe(3)
    expect(of('https://a', 'x')).toBe(of('https://a', 'x'))
  })

  it('reads the user of a token, and nothing of what is none', () => {
    const token = `e30.${Buffer.from('{"sub":"ana"}').toString('base64url')}.c2ln`
    expect(userOfToken(token)).toBe('ana')
    for (const other of ['', 'x', 'a.b.c', `e30.${Buffer.from('{}').toString('base64url')}.`])
      expect(userOfToken(other)).toBeUndefined()
  })
})

describe('the database key', () => {
  it('is made once, and sealed', async () => {
    const folder = newFolder()
    const key = await keyFromStore(folder, box)
    expect(key).toMatch(/^[0-9a-f]{64}$/)
    expect(readFileSync(join(folder, 'key.sealed'), 'utf8')).not.toContain(key)
    expect(await keyFromStore(folder, box)).toBe(key)
  })

  it('is never replaced when it can’t be opened, only set aside', async () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'key.sealed'), 'of another computer')
    await expect(keyFromStore(folder, box)).rejects.toMatchObject({ error: { code: 'key_missing' } })
    const locked = ['columns.db', 'lock.db', 'outbox.backup-5.db', 'outbox.db', 'outbox.db-wal', 'replica.db.aside-3']
    for (const name of locked) writeFileSync(join(folder, name), name)
    await setKeyAside(folder, 7)
    expect(await keyFromStore(folder, box)).toMatch(/^[0-9a-f]{64}$/)
    expect(readdirSync(folder).sort()).toEqual(['key.sealed', 'locked-7'])
    expect(readdirSync(join(folder, 'locked-7')).sort()).toEqual([...locked, 'key.sealed'].sort())
    expect(readFileSync(join(folder, 'locked-7', 'key.sealed'), 'utf8')).toBe('of another computer')
  })

  it('is not made where nothing could seal it', async () => {
    const folder = newFolder()
    await expect(keyFromStore(folder, { ...box, isEncryptionAvailable: () => false })).rejects.toMatchObject({
      error: { code: 'key_missing' },
    })
    expect(readdirSync(folder)).toEqual([])
  })

  it('comes from a key file, which is made readable by its user alone', async () => {
    const path = join(newFolder(), 'key')
    const key = await keyFromFile(path)
    expect(await keyFromFile(path)).toBe(key)
    if (process.platform === 'win32') return
    expect(statSync(path).mode & 0o777).toBe(0o600)
    chmodSync(path, 0o644)
    await expect(keyFromFile(path)).rejects.toThrow('mode 600')
  })

  it('is refused from a file that holds none', async () => {
    const path = join(newFolder(), 'key')
    writeFileSync(path, 'short', { mode: 0o600 })
    await expect(keyFromFile(path)).rejects.toThrow('64 hex digits')
  })
})

describe('what quitting says', () => {
  it('is nothing when all is sent', () => {
    expect(quitQuestion(0, 3)).toBeUndefined()
  })

  it('counts what waits, and says where it is and when it goes', () => {
    expect(quitQuestion(1, 0)).toMatchObject({ message: '1 change hasn’t reached the server yet.' })
    const many = quitQuestion(1_200, 1)
    expect(many?.message).toBe('1,200 changes haven’t reached the server yet.')
    expect(many?.detail).toContain('saved on this computer')
    expect(many?.detail).toContain('1 change needs your attention')
  })
})

describe('the log file', () => {
  it('rotates at its size, keeps so many old ones, and goes on where it was', async () => {
    const path = join(newFolder(), 'logs', 'main.log')
    for (let start = 0; start < 3; start++) {
      const file = new RotatingFile(path, 100, 2)
      for (let line = 0; line < 5; line++) file.write(`${start}${line} ${'x'.repeat(36)}\n`)
      await file.end()
    }
    expect(readdirSync(join(path, '..')).sort()).toEqual(['main.log', 'main.log.1', 'main.log.2'])
    expect(readFileSync(path, 'utf8')).toContain('24 ')
    expect(statSync(`${path}.1`).size).toBeLessThanOrEqual(100)
  })
})
