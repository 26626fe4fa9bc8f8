import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import pg from 'pg'
import { afterEach, expect, test } from 'vitest'
import { installedNativeDir } from '../../server/embedded/postgres/native.ts'
import { runningServer } from '../../server/embedded/postgres/owner.ts'
import { type EmbeddedPostgres, startPostgres } from '../../server/embedded/postgres/start.ts'
import { openTempRoot } from '../support/temp-root.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

function newDataDir(): string {
  const root = openTempRoot()
  cleanups.push(() => rmSync(root, { recursive: true, force: true }))
  return path.join(root, 'data')
}

async function start(options: Partial<Parameters<typeof startPostgres>[0]> & { dataDir: string }) {
  const server = await startPostgres({ durable: false, ...options })
  cleanups.push(() => server.stop())
  return server
}

async function ask(server: EmbeddedPostgres, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: server.url })
  await client.connect()
  try {
    return Object.values((await client.query(sql)).rows[0] ?? {})[0]
  } finally {
    await client.end()
  }
}

const CHILD = `
  const { startPostgres } = await import(${JSON.stringify(path.resolve('server/embedded/postgres/start.ts'))})
  const server = await startPostgres({ dataDir: process.argv[1], durable: false })
  console.log(server.pid)
  setInterval(() => {}, 1000)
`

async function startInChild(dataDir: string): Promise<{ child: ChildProcess; serverPid: number }> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', CHILD, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  cleanups.push(() => child.kill('SIGKILL'))
  const [line] = await once(child.stdout ?? child, 'data')
  return { child, serverPid: Number(String(line)) }
}

test('a fresh cluster answers on 127.0.0.1 with scram, logical WAL and UTC; the password file is private', async () => {
  const dataDir = newDataDir()
  const server = await start({ dataDir, durable: true })
  expect(await ask(server, 'show wal_level')).toBe('logical')
  expect(await ask(server, 'show timezone')).toBe('UTC')
  expect(await ask(server, 'show listen_addresses')).toBe('127.0.0.1')
  expect(await ask(server, 'show synchronous_commit')).toBe('on')
  expect(await ask(server, 'show fsync')).toBe('on')
  expect(await ask(server, "select rolpassword like 'SCRAM-SHA-256$%' from pg_authid where rolname = 'postgres'")).toBe(
    true,
  )
  expect(statSync(`${server.dataDir}.password`).mode & 0o777).toBe(0o600)
  expect(existsSync(`${server.dataDir}.pwfile`)).toBe(false)
  const wrong = new pg.Client({ connectionString: server.url.replace(/:[^:@]+@/, ':wrong@') })
  await expect(wrong.connect()).rejects.toMatchObject({ code: '28P01' })
})

test('a re-opened cluster keeps its rows; synchronous_commit cannot be turned off', async () => {
  const dataDir = newDataDir()
  const first = await start({ dataDir })
  await ask(first, 'create table kept as select 42 as answer')
  await first.stop()
  const second = await start({ dataDir, settings: { synchronous_commit: 'off' } })
  expect(await ask(second, 'select answer from kept')).toBe(42)
  expect(await ask(second, 'show synchronous_commit')).toBe('on')
})

test('a lost password file gets a new password', async () => {
  const dataDir = newDataDir()
  const first = await start({ dataDir })
  await first.stop()
  rmSync(`${first.dataDir}.password`)
  const second = await start({ dataDir })
  expect(second.url).not.toBe(first.url)
  expect(await ask(second, 'select 1')).toBe(1)
})

test('a server orphaned by kill -9 of its parent is stopped and started again', async () => {
  const dataDir = newDataDir()
  const { child, serverPid } = await startInChild(dataDir)
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(runningServer(dataDir)).toBe(serverPid)
  const server = await start({ dataDir })
  expect(server.pid).not.toBe(serverPid)
  expect(await ask(server, 'select 1')).toBe(1)
})

test('a server whose owner lives is not touched', async () => {
  const dataDir = newDataDir()
  const { child, serverPid } = await startInChild(dataDir)
  await expect(startPostgres({ dataDir, durable: false })).rejects.toMatchObject({ code: 'data_dir_in_use' })
  expect(runningServer(dataDir)).toBe(serverPid)
  child.kill('SIGTERM')
  await once(child, 'exit')
  await expect.poll(() => runningServer(dataDir), { timeout: 10_000 }).toBeNull()
})

test('a port that was asked for and is taken is a coded error', async () => {
  const blocker = createServer()
  blocker.listen(0, '127.0.0.1')
  await once(blocker, 'listening')
  cleanups.push(() => blocker.close())
  const address = blocker.address()
  const port = address && typeof address === 'object' ? address.port : 0
  await expect(startPostgres({ dataDir: newDataDir(), durable: false, port })).rejects.toMatchObject({
    code: 'port_in_use',
    message: `Port ${port} is in use by another program.`,
  })
})

test('a package installed with --ignore-scripts (no library links, no modes) is completed', async () => {
  const root = path.dirname(newDataDir())
  const installed = installedNativeDir()
  const native = path.join(root, 'package', 'native')
  mkdirSync(path.dirname(native))
  cpSync(path.join(installed, '..', 'package.json'), path.join(root, 'package', 'package.json'))
  cpSync(installed, native, { recursive: true, filter: (source) => !lstatSync(source).isSymbolicLink() })
  const links = JSON.parse(readFileSync(path.join(native, 'pg-symlinks.json'), 'utf8')).length
  expect(links).toBeGreaterThan(0)
  const server = await start({ dataDir: path.join(root, 'data'), nativeDir: native })
  expect(await ask(server, 'select 1')).toBe(1)
  expect(
    readdirSync(path.join(native, 'lib')).filter((file) => lstatSync(path.join(native, 'lib', file)).isSymbolicLink())
      .length,
  ).toBe(links)
})

test.runIf(process.getuid?.() === 0)(
  'root: a data directory and a package that the server account cannot reach are put where it can',
  async () => {
    const root = path.dirname(newDataDir())
    const closed = path.join(root, 'closed')
    mkdirSync(closed, { mode: 0o700 })
    cpSync(path.join(installedNativeDir(), '..'), path.join(closed, 'package'), {
      recursive: true,
      verbatimSymlinks: true,
    })
    const server = await start({
      dataDir: path.join(closed, 'data'),
      nativeDir: path.join(closed, 'package', 'native'),
    })
    cleanups.push(() => {
      for (const name of [server.dataDir, `${server.dataDir}.password`, `${server.dataDir}.owner`])
        rmSync(name, { recursive: true, force: true })
    })
    expect(server.dataDir).toMatch(/^\/var\/tmp\//)
    expect(await ask(server, 'select 1')).toBe(1)
  },
)
