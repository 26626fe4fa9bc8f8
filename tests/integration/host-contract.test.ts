import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { type LaunchOptions, launchStandIn, type StandIn } from '../../hosts/launch.ts'
import { ensureBrowser } from '../../scripts/browser.ts'
import { isRunning, processesNaming } from '../support/processes.ts'

const fixture = join(import.meta.dirname, '../support/fixture-app')
const folders: string[] = []
const running = new Set<StandIn>()

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'outpost-host-'))
  folders.push(folder)
  return folder
}

async function launch(options: Partial<LaunchOptions> = {}) {
  const userData = options.userData ?? newFolder()
  const app = await launchStandIn({ entry: join(fixture, 'main.ts'), headless: true, userData, ...options })
  running.add(app)
  return app
}

/** Calls a method of the fixture's main process through its preload script. */
function call(page: Page, ...args: unknown[]): Promise<unknown> {
  return page.evaluate(`fixture.call(...${JSON.stringify(args)})`)
}

const fromWorker = (page: Page) => page.evaluate('fromWorker()')

async function openPort(page: Page): Promise<void> {
  await call(page, 'port')
  expect([await fromWorker(page), await fromWorker(page)]).toEqual(['port open', 'early'])
}

/** Waits until the fixture has seen something: its main process hears of it by itself, in its own time. */
async function untilSeen(page: Page, what: string): Promise<void> {
  await expect.poll(() => call(page, 'seen'), { timeout: 5_000 }).toContain(what)
}

beforeAll(() => {
  ensureBrowser()
})

afterAll(async () => {
  await Promise.all([...running].map((app) => app.kill()))
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
})

describe('the stand-in of Electron', () => {
  let app: Awaited<ReturnType<typeof launch>>
  let page: Page

  beforeAll(async () => {
    app = await launch()
    page = app.page
  })

  it('runs the preload script in a world of its own, before the page', async () => {
    expect(await page.evaluate('atStart')).toEqual({ hasApi: true, hasRequire: false })
    expect(await page.evaluate('Object.isFrozen(fixture)')).toBe(true)
    expect(await page.evaluate('fixture.version')).toBe(7)
  })

  it('starts the browser with the switches that were appended', async () => {
    expect(await page.evaluate('navigator.userAgent')).toBe('Fixture/7')
  })

  it('carries every structured-cloneable type over invoke', async () => {
    const roundTrip = `fixture.call('echo', {
      date: new Date(5), map: new Map([['a', 1n]]), set: new Set([1]), nothing: undefined, nan: NaN, big: 2n ** 80n,
      floats: new Float64Array([1, 2.5]), bytes: new Uint8Array([3, 4]).buffer, error: new RangeError('far'), deep: [[{ x: null }]],
    }).then((v) => [
      v.date instanceof Date && v.date.getTime() === 5, v.map.get('a') === 1n, v.set.has(1), 'nothing' in v && v.nothing === undefined,
      Number.isNaN(v.nan), v.big === 2n ** 80n, v.floats instanceof Float64Array && v.floats[1] === 2.5,
      v.bytes instanceof ArrayBuffer && v.bytes.byteLength === 2, v.error instanceof RangeError && v.error.message === 'far', v.deep[0][0].x === null,
    ])`
    expect(await page.evaluate(roundTrip)).toEqual(Array(10).fill(true))
  })

  it('rejects invoke with the text of the error', async () => {
    await expect(call(page, 'fail')).rejects.toThrow("Error invoking remote method 'call': TypeError: nope")
    await expect(page.evaluate('fixture.call(() => {})')).rejects.toThrow()
  })

  it('returns and throws through contextBridge in the same turn, and calls back', async () => {
    expect(await page.evaluate('fixture.add(1, 2)')).toBe(3)
    expect(await page.evaluate('fixture.nested.list[0].double(4)')).toBe(8)
    await expect(page.evaluate('fixture.fail()')).rejects.toThrow('too far')
    const noted = `new Promise((resolve) => {
      const off = fixture.onNoted((note) => { off(); resolve(note) })
      fixture.note('hello')
    })`
    expect(await page.evaluate(noted)).toEqual({ text: 'hello', at: new Date(0) })
  })

  it('names the custom-scheme URL of the sender, and serves it in a secure context', async () => {
    expect(await call(page, 'sender')).toMatchObject({ url: 'app://fixture/index.html' })
    expect(await page.evaluate('isSecureContext')).toBe(true)
  })

  it('keeps the content security policy that the app sends', async () => {
    expect(await page.evaluate("fetch('/index.html').then(() => 'fetched', () => 'refused')")).toBe('refused')
  })

  it('joins a utility process and a worker of the page by a port', async () => {
    await openPort(page)
    await page.evaluate('toWorker({ value: { big: 5n, when: new Date(7) } })')
    expect(await fromWorker(page)).toEqual({ echo: { big: 5n, when: new Date(7) } })
  })

  it('streams column batches over the port', async () => {
    const batches = 100
    await page.evaluate(`toWorker({ type: 'stream', batches: ${batches} })`)
    const { bytes, milliseconds } = (await fromWorker(page)) as { bytes: number; milliseconds: number }
    expect(bytes).toBe(batches * 65_536 * 8)
    console.log(`port: ${Math.round(bytes / 1e6 / (milliseconds / 1e3))} MB/s`)
  })

  it('runs threads in a utility process', async () => {
    await call(page, 'askUtility')
    await untilSeen(page, 'utility {"thread":42}')
  })

  it('closes the port at the other end when the page’s worker ends', async () => {
    await page.evaluate('endWorker()')
    await untilSeen(page, 'utility "port closed"')
    await page.reload()
  })

  it('closes the port at the other end when the page reloads, and joins the new page', async () => {
    await openPort(page)
    const closings = () =>
      call(page, 'seen').then((seen) => (seen as string[]).filter((each) => each.includes('port closed')).length)
    const before = await closings()
    await page.reload()
    await expect.poll(closings).toBe(before + 1)
    await openPort(page)
  })

  it('closes the page’s port when the utility process crashes, and joins its successor', async () => {
    await call(page, 'crashUtility')
    expect(await fromWorker(page)).toBe('port closed')
    await untilSeen(page, 'utility exit')
    await call(page, 'restartUtility')
    await openPort(page)
  })

  it('denies new windows and stops navigation as the app decides', async () => {
    await page.evaluate("void window.open('/other.html')")
    await untilSeen(page, 'window.open app://fixture/other.html')
    await page.evaluate("document.getElementById('away').click()")
    await untilSeen(page, 'will-navigate http://example.invalid/')
    expect(await page.evaluate('location.pathname')).toBe('/index.html')
  })

  it('answers dialogs as scripted, headless by their default', async () => {
    expect(await call(page, 'ask')).toEqual({ response: 1, checkboxChecked: false })
    await app.answerDialog('showMessageBox', { response: 0, checkboxChecked: true })
    expect(await call(page, 'ask')).toEqual({ response: 0, checkboxChecked: true })
    expect(await call(page, 'choose')).toEqual({ canceled: true, filePaths: [] })
    await app.answerDialog('showOpenDialog', { canceled: false, filePaths: ['/a.csv'] })
    expect(await call(page, 'choose')).toEqual({ canceled: false, filePaths: ['/a.csv'] })
  })

  it('chooses menu items by id and by their accelerator', async () => {
    app.chooseMenu('new')
    await untilSeen(page, 'menu new')
    await page.keyboard.press('Control+Shift+K')
    await expect
      .poll(() => call(page, 'seen').then((seen) => (seen as string[]).filter((each) => each === 'menu new')))
      .toHaveLength(2)
  })

  it('passes on power events and records what would reach the desktop', async () => {
    app.power('resume')
    await untilSeen(page, 'resume')
    await call(page, 'open', 'https://example.invalid/')
    await expect
      .poll(() => app.deeds)
      .toContainEqual({ what: 'shell.openExternal', args: ['https://example.invalid/'] })
  })

  it('follows the theme that the app sets', async () => {
    expect(await page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")).toBe(false)
    expect(await call(page, 'dark')).toBe(true)
    await expect.poll(() => page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")).toBe(true)
  })

  it('takes pictures of the window', async () => {
    expect(await call(page, 'picture')).toBe('PNG')
  })

  describe('its loopback server', () => {
    const get = (headers: Record<string, string>) =>
      new Promise<number | undefined>((resolve, reject) => {
        const { port } = new URL(page.url())
        request({ host: '127.0.0.1', port, path: '/index.html', headers }, (answer) => {
          answer.resume()
          resolve(answer.statusCode)
        })
          .on('error', reject)
          .end()
      })
    const socket = (headers: Record<string, string>) =>
      new Promise<string>((resolve) => {
        const { port, host } = new URL(page.url())
        const ws = new WebSocket(`ws://127.0.0.1:${port}/__stand-in/socket?window=x`, { headers: { host, ...headers } })
        ws.on('unexpected-response', (_request, answer) => resolve(String(answer.statusCode)))
        ws.on('open', () => resolve('open'))
        ws.on('error', () => {})
      })
    const cookies = async () => {
      const [cookie] = await page.context().cookies(page.url())
      return `${cookie?.name}=${cookie?.value}`
    }

    it('refuses a request without the token, with another Host, or of a foreign Origin', async () => {
      const { host } = new URL(page.url())
      const cookie = await cookies()
      expect(await get({ host, cookie })).toBe(200)
      expect(await get({ host })).toBe(403)
      expect(await get({ host, cookie: `${cookie}x` })).toBe(403)
      expect(await get({ host: `rebound.invalid:${new URL(page.url()).port}`, cookie })).toBe(403)
      expect(await get({ host, cookie, origin: 'http://evil.invalid' })).toBe(403)
    })

    it('refuses a WebSocket without the token or of a foreign Origin', async () => {
      const { origin } = new URL(page.url())
      const cookie = await cookies()
      expect(await socket({ origin })).toBe('403')
      expect(await socket({ cookie })).toBe('403')
      expect(await socket({ origin: 'http://evil.invalid', cookie })).toBe('403')
    })

    it('keeps the token from the page’s scripts', async () => {
      expect(await page.evaluate('document.cookie')).toBe('')
    })
  })
})

describe('the life of an app in the stand-in', () => {
  afterEach(async () => {
    await Promise.all([...running].map((app) => app.kill()))
    running.clear()
  })

  it('keeps secrets over a restart, in a file that only the user may read', async () => {
    const userData = newFolder()
    const first = await launch({ userData })
    await call(first.page, 'keep', 'token-1234')
    expect(await call(first.page, 'rawKept')).not.toContain('token-1234')
    await first.close()
    if (process.platform !== 'win32') {
      expect(statSync(join(userData, 'stand-in/safe-storage.key')).mode & 0o777).toBe(0o600)
    }
    const second = await launch({ userData })
    expect(await call(second.page, 'kept')).toBe('token-1234')
  })

  it('keeps the page’s local storage over a restart', async () => {
    const userData = newFolder()
    const first = await launch({ userData })
    await first.page.evaluate("localStorage.setItem('theme', 'dark')")
    await first.close()
    const second = await launch({ userData })
    expect(await second.page.evaluate("localStorage.getItem('theme')")).toBe('dark')
  })

  it('lets one instance run for a data folder, and frees it after a kill', async () => {
    const userData = newFolder()
    const first = await launch({ userData })
    await expect(launch({ userData })).rejects.toThrow('second instance')
    await untilSeen(first.page, 'second instance')
    await first.kill()
    await launch({ userData })
  })

  it('asks in the window where a dialog has a window to ask in', async () => {
    const { page } = await launch({ dialogs: 'window' })
    const answer = call(page, 'ask')
    await page.getByRole('dialog', { name: 'Sure?' }).getByRole('button', { name: 'No' }).click()
    expect(await answer).toEqual({ response: 0, checkboxChecked: false })
    const choice = call(page, 'choose')
    await page.getByRole('textbox').fill('/companies.csv')
    await page.getByRole('button', { name: 'Open' }).click()
    expect(await choice).toEqual({ canceled: false, filePaths: ['/companies.csv'] })
    const cancelled = call(page, 'choose')
    await page.getByRole('textbox').press('Escape')
    expect(await cancelled).toEqual({ canceled: true, filePaths: [] })
  })

  it('quits in Electron’s order and ends every process', async () => {
    const userData = newFolder()
    let output = ''
    const app = await launch({ userData, onOutput: (text) => (output += text) })
    const utility = (await call(app.page, 'utilityPid')) as number
    await app.close()
    expect(await app.exited).toBe(0)
    expect(output.split('\n').filter((line) => line !== 'loaded' && line !== '')).toEqual([
      'before-quit',
      'closed',
      'will-quit',
    ])
    expect(isRunning(utility)).toBe(false)
    expect(processesNaming(userData)).toEqual([])
  })

  it('quits on Ctrl-C', async () => {
    const app = await launch()
    app.process.kill('SIGINT')
    expect(await app.exited).toBe(0)
  })

  it('leaves neither browser nor utility process behind when it is killed', async () => {
    const userData = newFolder()
    const app = await launch({ userData })
    const utility = (await call(app.page, 'utilityPid')) as number
    expect(processesNaming(userData).length).toBeGreaterThan(0)
    await app.kill()
    await expect.poll(() => processesNaming(userData), { timeout: 10_000 }).toEqual([])
    await expect.poll(() => isRunning(utility)).toBe(false)
  })

  it('says what the app printed when it does not start', async () => {
    const entry = join(newFolder(), 'broken.ts')
    writeFileSync(entry, "throw new Error('broken at start')")
    await expect(launch({ entry })).rejects.toThrow('broken at start')
  })
})
