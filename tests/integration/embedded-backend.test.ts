import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { decodeJwt } from 'jose'
import pg from 'pg'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { summaryAnswer } from '../../core/protocol/gateway.ts'
import { type Backend, type BackendOptions, startBackend } from '../../server/embedded/backend.ts'
import { reachableDataDir } from '../../server/embedded/postgres/data-dir.ts'
import { drainShape } from '../support/drain-shape.ts'
import { startFakeElectric } from '../support/fake-electric.ts'
import { createAccount } from '../support/gateway-world.ts'
import { openTempRoot } from '../support/temp-root.ts'

const SMALL = { accounts: 40, durable: false, env: {}, epochMs: Date.UTC(2026, 0, 1) } as const
const root = openTempRoot()
const running: Backend[] = []
let count = 0

const newDataDir = (): string => {
  count += 1
  return path.join(root, `backend-${count}`)
}
const start = async (options: Partial<BackendOptions> & { dataDir: string }): Promise<Backend> => {
  const backend = await startBackend({ ...SMALL, ...options })
  running.push(backend)
  return backend
}
const get = async (backend: Backend, who: string, route: string, workspaceId = backend.workspaceId) =>
  fetch(`${backend.gatewayUrl}/v1/workspaces/${workspaceId}${route}`, {
    headers: { authorization: `Bearer ${await backend.tokenFor(who)}` },
  })

afterEach(async () => {
  for (const backend of running.splice(0)) await backend.stop()
})
afterAll(() => {
  rmSync(root, { recursive: true, force: true })
  for (let n = 1; n <= count; n += 1) {
    const postgres = reachableDataDir(path.join(root, `backend-${n}`, 'postgres'))
    for (const dir of [postgres, `${postgres}.password`, `${postgres}.owner`])
      rmSync(dir, { recursive: true, force: true })
  }
})

describe('the embedded backend', () => {
  test('serves the demo to its members: shapes, summary, edits', async () => {
    const steps = new Set<string>()
    const backend = await start({ dataDir: newDataDir(), onProgress: (step) => steps.add(step) })
    expect([...steps]).toEqual(expect.arrayContaining(['Postgres', 'Migrations', 'accounts', 'contacts', 'Gateway']))
    const { counts } = summaryAnswer.parse(await (await get(backend, 'admin', '/summary')).json())
    expect(counts).toMatchObject({ accounts: 40, contacts: 96, workspace_members: 40 })

    const headers = { authorization: `Bearer ${await backend.tokenFor('manager')}` }
    const base = `${backend.gatewayUrl}/v1/workspaces/${backend.workspaceId}`
    const before = await drainShape(`${base}/shape?table=accounts`, headers)
    expect(before.rows.size).toBe(40)
    const edit = createAccount({ company: 'Straight through' })
    const body = JSON.stringify({ client_id: edit.id, edits: [edit] })
    expect((await fetch(`${base}/mutations`, { method: 'POST', headers, body })).status).toBe(200)
    const live = `${base}/shape?table=accounts&live=true&handle=${before.handle}&offset=${before.offset}`
    expect(await (await fetch(live, { headers })).text()).toContain('Straight through')
  })

  test('finds members by role, id, user id, e-mail and name, in both workspaces', async () => {
    const backend = await start({ dataDir: newDataDir() })
    const members = await backend.members()
    const rep = members.find((member) => member.role === 'rep' && member.workspaceId === backend.workspaceId)
    if (!rep) throw new Error('no rep')
    for (const who of ['rep', rep.id, rep.userId, rep.email.toUpperCase(), rep.name])
      expect(decodeJwt(await backend.tokenFor(who)).sub).toBe(rep.userId)
    await expect(backend.tokenFor('nobody')).rejects.toThrow(/no member "nobody"/)
    const stranger = members.find(({ workspaceId }) => workspaceId === backend.otherWorkspaceId)
    expect((await get(backend, stranger?.id ?? '', '/summary')).status).toBe(403)
    expect((await get(backend, stranger?.id ?? '', '/summary', backend.otherWorkspaceId)).status).toBe(200)
    const expired = await backend.tokenFor('rep', { expiresIn: '-1m' })
    const answer = await fetch(`${backend.gatewayUrl}/v1/workspaces/${backend.workspaceId}/summary`, {
      headers: { authorization: `Bearer ${expired}` },
    })
    expect(answer.status).toBe(401)
  })

  test('stops and starts its gateway on the same port', async () => {
    const backend = await start({ dataDir: newDataDir() })
    await backend.stopGateway()
    await expect(get(backend, 'rep', '/summary')).rejects.toThrow()
    await backend.stopGateway()
    await backend.startGateway()
    await backend.startGateway()
    expect((await get(backend, 'rep', '/summary')).status).toBe(200)
  })

  test('keeps data, key and shapes over a restart', async () => {
    const dataDir = newDataDir()
    const first = await start({ dataDir })
    const token = await first.tokenFor('manager')
    const headers = { authorization: `Bearer ${token}` }
    const shapePath = `/v1/workspaces/${first.workspaceId}/shape?table=accounts`
    const { handle, offset } = await drainShape(`${first.gatewayUrl}${shapePath}`, headers)
    const edit = createAccount({ company: 'Kept' })
    const body = JSON.stringify({ client_id: edit.id, edits: [edit] })
    await fetch(`${first.gatewayUrl}/v1/workspaces/${first.workspaceId}/mutations`, { method: 'POST', headers, body })
    await first.stop()

    const keyFile = path.join(dataDir, 'signing-key.json')
    if (process.platform !== 'win32') expect(statSync(keyFile).mode & 0o777).toBe(0o600)
    const again = await start({ dataDir })
    const answer = await fetch(`${again.gatewayUrl}${shapePath}&handle=${handle}&offset=${offset}`, { headers })
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain('Kept')
  })

  test('makes its database anew when the first start was cut off', async () => {
    const dataDir = newDataDir()
    const first = await start({ dataDir })
    await first.stop()
    rmSync(path.join(dataDir, 'demo.json'))
    const again = await start({ dataDir, accounts: 30 })
    const summary = summaryAnswer.parse(await (await get(again, 'admin', '/summary')).json())
    expect(summary.counts.accounts).toBe(30)
    const { rows } = await drainShape(`${again.gatewayUrl}/v1/workspaces/${again.workspaceId}/shape?table=accounts`, {
      authorization: `Bearer ${await again.tokenFor('admin')}`,
    })
    expect(rows.size).toBe(30)
  })

  test('refuses a directory that holds another demo, and leaves nothing running', async () => {
    const dataDir = newDataDir()
    await (await start({ dataDir })).stop()
    await expect(start({ dataDir, accounts: 50 })).rejects.toThrow(/holds another demo \(40 made-up accounts/)
    await start({ dataDir })
  })

  test('puts a real Electric in the shape endpoint’s place when told where it is', async () => {
    const electric = await startFakeElectric()
    const backend = await start({ dataDir: newDataDir(), env: { ELECTRIC_URL: electric.url, ELECTRIC_SECRET: 'hush' } })
    expect((await get(backend, 'rep', '/shape?table=tasks&offset=-1')).status).toBe(200)
    expect(electric.asked[0]?.url.searchParams.get('secret')).toBe('hush')
    const client = new pg.Client({ connectionString: backend.postgresUrl })
    await client.connect()
    expect((await client.query('select from pg_replication_slots')).rowCount).toBe(0)
    await client.end()
    await electric.stop()
  })
})

test.skipIf(process.platform === 'win32')(
  'npm run backend prints a token per member; Ctrl-C ends all that it started',
  async () => {
    const dataDir = newDataDir()
    const main = path.join(import.meta.dirname, '../../server/embedded/main.ts')
    const child = spawn(process.execPath, [main, '--data', dataDir, '--accounts', '20', '--port', '0'], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ELECTRIC_URL: undefined, ELECTRIC_SECRET: undefined },
    })
    const lines: string[] = []
    for await (const line of createInterface({ input: child.stdout })) {
      lines.push(line)
      if (line.startsWith('Press Ctrl-C')) break
    }
    expect(lines.filter((line) => line.split('.').length === 3 && line.startsWith('ey'))).toHaveLength(48)
    expect(lines[0]).toMatch(/^gateway {4}http:\/\/127\.0\.0\.1:\d+$/)
    const pidFile = path.join(reachableDataDir(path.join(dataDir, 'postgres')), 'postmaster.pid')
    const postgresPid = Number(readFileSync(pidFile, 'utf8').split('\n')[0])
    const exited = once(child, 'exit')
    child.kill('SIGINT')
    expect((await exited)[0]).toBe(0)
    expect(() => process.kill(postgresPid, 0)).toThrow(/ESRCH/)
  },
)
