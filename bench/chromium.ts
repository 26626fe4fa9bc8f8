import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { build } from 'vite'
import { ensureBrowser } from '../scripts/browser.ts'

/** Isolated pages get timers of 5 µs instead of 100 µs. */
const HEADERS = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cache-control': 'no-store',
}

/**
 * Bundles a page script (workers that it starts by URL included), opens it in Chromium and hands the page over; cleans up
 * whatever happens.
 *
 * @param entry the page's script
 */
export const inChromium = async <T>(entry: string, work: (page: Page, browser: Browser) => Promise<T>): Promise<T> => {
  const folder = await mkdtemp(join(tmpdir(), 'outpost-bench-'))
  await build({
    configFile: false,
    logLevel: 'error',
    base: './',
    worker: { format: 'es' },
    build: { outDir: folder, target: 'esnext', minify: false, lib: { entry, formats: ['es'], fileName: 'page' } },
  })
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    if (path === '/') {
      response.writeHead(200, { ...HEADERS, 'content-type': 'text/html' })
      response.end('<!doctype html><title>bench</title><script type="module" src="/page.js"></script>')
      return
    }
    readFile(join(folder, path)).then(
      (body) => {
        response.writeHead(200, { ...HEADERS, 'content-type': 'text/javascript' })
        response.end(body)
      },
      () => {
        response.writeHead(404, HEADERS)
        response.end()
      },
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const root = process.getuid?.() === 0
  const browser = await chromium.launch({
    executablePath: ensureBrowser(),
    args: [...(root ? ['--no-sandbox'] : []), '--js-flags=--max-old-space-size=4096'],
  })
  try {
    const page = await browser.newPage()
    page.setDefaultTimeout(0)
    page.on('pageerror', (error) => console.error(error.message))
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    return await work(page, browser)
  } finally {
    await browser.close()
    server.close()
    await rm(folder, { recursive: true, force: true })
  }
}
