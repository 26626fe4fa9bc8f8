import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { constants, getPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type LaunchOptions, launchStandIn, type StandIn } from '../../hosts/launch.ts'
import { ensureBrowser } from '../../scripts/browser.ts'
import type { Target } from '../../scripts/build/targets.ts'
import { buildApp } from '../../scripts/build.ts'
import { launchApp } from '../../scripts/host.ts'
import { processesNaming } from '../support/processes.ts'

const workspace = '0190a000-0000-7000-8000-000000000001'
const folder = mkdtempSync(join(tmpdir(), 'outpost-entry-'))
const output = join(folder, 'out')
const running = new Set<StandIn>()

const target = (name: string, kind: Target['kind'], entries: Target['entries'], to: string): Target => ({
  name: `test ${name}`,
  kind,
  entries,
  sources: ['core', 'main', 'tests/support/app-entry'],
  output: join(output, to),
})

/** A JWT as far as main looks into it. */
function tokenFor(user: string): string {
  return `e30.${Buffer.from(JSON.stringify({ sub: user })).toString('base64url')}.`
}

let starts = 0

async function launch(options: { data?: string; args?: string[] } & Partial<LaunchOptions> = {}) {
  const data = options.data ?? join(folder, `data-${++starts}`)
  mkdirSync(data, { recursive: true })
  const tokenFile = join(data, 'token')
  writeFileSync(tokenFile, `${tokenFor('ana')}\n`)
  const app = await launchStandIn({
    ...options,
    entry: join(output, 'main/index.js'),
    headless: true,
    args: [
      ...['--gateway', 'http://127.0.0.1:1/', '--workspace', workspace, '--data', data, '--token-file', tokenFile],
      ...(options.args ?? []),
    ],
  })
  running.add(app)
  return { ...app, data, tokenFile }
}

const call = (page: Page, method: string, params: unknown = {}): Promise<unknown> =>
  page.evaluate(`outpost.call(${JSON.stringify(method)}, ${JSON.stringify(params)})`)

async function syncSession(page: Page) {
  const result = (await call(page, 'session.get')) as { value: { config: Record<string, unknown>; heard: string[] } }
  return result.value
}

beforeAll(async () => {
  ensureBrowser()
  await buildApp(undefined, [
    target('main', 'node', { index: 'main/index.ts', sync: 'tests/support/app-entry/sync.ts' }, 'main'),
    target('preload', 'preload', { index: 'main/preload/index.ts' }, 'preload'),
    target('renderer', 'renderer', { index: 'tests/support/app-entry/page/index.html' }, 'renderer'),
  ])
})

afterEach(async () => {
  await Promise.all([...running].map((app) => app.kill()))
  running.clear()
})

afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }))

describe('the main process', () => {
  it('gives the page one frozen object, and answers its calls', async () => {
    const { page, data } = await launch()
    expect(await page.evaluate('[Object.keys(outpost), Object.isFrozen(outpost)]')).toEqual([['call', 'on'], true])
    expect(await call(page, 'app.info')).toMatchObject({
      ok: true,
      value: {
        host: 'Chromium (without Electron)',
        dataDir: data,
        gateway: 'http://127.0.0.1:1',
        platform: process.platform,
      },
    })
    expect(await call(page, 'record.get', { entity: 'accounts', id: workspace })).toMatchObject({
      ok: false,
      error: { code: 'not_found' },
    })
    expect(await call(page, 'record.get', { entity: 'users', id: workspace })).toMatchObject({
      ok: false,
      error: { code: 'invalid_request' },
    })
    expect(await call(page, 'process.exit')).toMatchObject({ ok: false, error: { code: 'invalid_request' } })
    expect(await page.evaluate('events[0]')).toMatchObject({ event: 'status', payload: { state: 'up_to_date' } })
  })

  it('serves the page under a policy that lets it run only its own scripts and reach nothing', async () => {
    const { page } = await launch()
    const answer = await page.reload()
    expect(answer?.headers()['content-security-policy']).toContain("script-src 'self'; ")
    expect(await page.evaluate("fetch(location.href).then(() => 'reached', () => 'refused')")).toBe('refused')
    const ran = page.evaluate(`new Promise((resolve) => {
      document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective))
      const script = document.createElement('script')
      script.textContent = 'window.injected = 1'
      document.head.append(script)
    })`)
    expect(await ran).toBe('script-src-elem')
  })

  it('hands the sync process its configuration, a new token, and wakes it', async () => {
    const { page, data, tokenFile, power } = await launch()
    const { config } = await syncSession(page)
    expect(config).toMatchObject({ gateway: 'http://127.0.0.1:1', workspace, dataDir: data, token: tokenFor('ana') })
    expect(config['databaseKey']).toMatch(/^[0-9a-f]{64}$/)
    power('resume')
    writeFileSync(tokenFile, tokenFor('ana-again'))
    await expect
      .poll(() => syncSession(page).then(({ heard }) => heard), { timeout: 10_000 })
      .toEqual(expect.arrayContaining(['wake', `token ${tokenFor('ana-again')}`]))
  })

  it('lets the sync process stand back behind the window', async () => {
    const { page } = await launch()
    await syncSession(page)
    const pids = processesNaming(join(output, 'main/sync.js'))
    expect(pids.length).toBeGreaterThan(0)
    expect([...new Set(pids.map((pid) => getPriority(pid)))]).toEqual([constants.priority.PRIORITY_BELOW_NORMAL])
  })

  it('keeps the database key over restarts, readable by the user alone', async () => {
    const first = await launch()
    const { config } = await syncSession(first.page)
    await first.close()
    expect(statSync(join(first.data, 'key.sealed')).mode & 0o077).toBe(0)
    const second = await launch({ data: first.data })
    expect((await syncSession(second.page)).config['databaseKey']).toBe(config['databaseKey'])
  })

  it('does not start, and touches nothing, when the key can’t be opened', async () => {
    const first = await launch()
    await first.close()
    writeFileSync(join(first.data, 'key.sealed'), 'something else')
    await expect(launch({ data: first.data })).rejects.toThrow('cannot be read')
    expect(statSync(join(first.data, 'key.sealed')).size).toBe('something else'.length)
  })

  it('joins the query worker to the sync process, again after a restart of either', async () => {
    const { page } = await launch()
    await call(page, 'query.port')
    await expect.poll(() => page.evaluate('lines.length')).toBe(1)
    await call(page, 'outbox.discard', { id: workspace })
    await expect.poll(() => page.evaluate('lines.length'), { timeout: 5_000 }).toBe(2)
    expect(await page.evaluate('lines[0].from !== lines[1].from')).toBe(true)
    await page.reload()
    await call(page, 'query.port')
    await expect.poll(() => page.evaluate('lines.length')).toBe(1)
  })

  it('answers calls in flight when the sync process dies, and later ones after its restart', async () => {
    const { page } = await launch()
    expect(await call(page, 'outbox.discard', { id: workspace })).toMatchObject({
      ok: false,
      error: { code: 'internal' },
    })
    expect((await syncSession(page)).config).toMatchObject({ workspace })
  })

  it('explains unsent edits before it quits, and stays when asked to', async () => {
    const app = await launch()
    const edits = [{ op: 'delete', entity: 'accounts', record_id: workspace }]
    await call(app.page, 'edits.submit', { edits })
    await app.answerDialog('showMessageBox', { response: 1 })
    app.process.send?.({ type: 'quit' })
    await expect
      .poll(() => app.deeds.map(({ args }) => args[0]))
      .toContainEqual(
        expect.objectContaining({ message: '1 change hasn’t reached the server yet.', buttons: ['Quit', 'Keep Open'] }),
      )
    expect(await call(app.page, 'app.info')).toMatchObject({ ok: true })
    await app.close()
    expect(await app.exited).toBe(0)
  })

  it('quits when its window is closed', async () => {
    const app = await launch()
    await app.page.close()
    expect(await app.exited).toBe(0)
  })

  it('quits without a question on Ctrl-C', async () => {
    const app = await launch()
    await call(app.page, 'edits.submit', { edits: [{ op: 'delete', entity: 'accounts', record_id: workspace }] })
    app.process.kill('SIGINT')
    expect(await app.exited).toBe(0)
    expect(app.deeds).toEqual([])
  })

  it('sends menu commands to the page, by id and by key', async () => {
    const { page, chooseMenu } = await launch()
    const commands = () =>
      page.evaluate("events.filter((each) => each.event === 'command').map((each) => each.payload.name)")
    chooseMenu('settings')
    // Menu and keys come by different ways, one of which may be quicker.
    await expect.poll(commands).toEqual(['settings'])
    await page.keyboard.press('ControlOrMeta+n')
    await expect.poll(commands).toEqual(['settings', 'new-account'])
  })

  it('remembers gateway, workspace, token and theme', async () => {
    const first = await launch()
    await call(first.page, 'app.setTheme', { theme: 'dark' })
    await first.close()
    const again = await launchStandIn({
      entry: join(output, 'main/index.js'),
      headless: true,
      args: ['--data', first.data],
    })
    running.add(again)
    expect((await syncSession(again.page)).config).toMatchObject({
      gateway: 'http://127.0.0.1:1',
      workspace,
      token: tokenFor('ana'),
    })
    expect(await again.page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")).toBe(true)
  })

  it('refuses a gateway that would carry the token in the clear', async () => {
    await expect(launch({ args: ['--gateway', 'http://example.invalid'] })).rejects.toThrow('https')
  })

  it('tells the command that opened it how it is doing, pictures its window and quits on order', async () => {
    const dataDir = join(folder, 'opened')
    const host = { kind: 'headless', program: ensureBrowser(), why: 'a test' } as const
    const entry = join(output, 'main/index.js')
    const app = await launchApp({
      host,
      gateway: 'http://127.0.0.1:1',
      workspace,
      token: tokenFor('bo'),
      dataDir,
      entry,
    })
    const state = await new Promise((resolve) => app.onStatus((status) => resolve(status.state)))
    expect(state).toBe('up_to_date')
    const picture = await app.screenshot(join(dataDir, 'window.png'))
    expect(readFileSync(picture).subarray(1, 4).toString()).toBe('PNG')
    await app.close()
    expect(await app.exited).toBe(0)
  })
})
