import { join, normalize, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { net, protocol } from 'electron'
import { APP_ORIGIN, APP_SCHEME } from './app-origin.ts'

/**
 * The style elements that libraries insert, by the hash of their text: the empty one that Sonner begins with, and the two of
 * Radix's scroll lock (with and without a scroll bar's room). A library that changes its text fails the test of the looks.
 */
const librariesStyles = [
  "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
  "'sha256-StEaX+se6YS7pqjzrzMIA0KaX9zF/8zAhvQXZAe5epY='",
  "'sha256-nzTgYzXYDNe6BAHiiI7NNlfK8n/auuOAhh2t92YvuXo='",
].join(' ')

/** The page runs only its own scripts, and reaches no network: lists come over a MessagePort, the rest over IPC. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  `style-src 'self' ${librariesStyles}`,
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const headers = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  // Isolated, the page may share memory with its worker.
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cache-control': 'no-store',
}

/** The file below `folder` that a URL of the app names; undefined for any other URL, and for one that leads out of it. */
export function fileOfUrl(url: string, folder: string): string | undefined {
  if (!URL.canParse(url)) return undefined
  const { protocol: scheme, host, pathname } = new URL(url)
  if (`${scheme}//${host}` !== APP_ORIGIN) return undefined
  let path: string
  try {
    path = decodeURIComponent(pathname)
  } catch {
    return undefined
  }
  const file = normalize(join(folder, path === '/' ? 'index.html' : path))
  return file.startsWith(folder + sep) && !file.includes('\0') ? file : undefined
}

/** Makes the app's scheme a standard, secure one. Before the app is ready. */
export function registerAppScheme(): void {
  const privileges = { standard: true, secure: true, supportFetchAPI: true, codeCache: true }
  protocol.registerSchemesAsPrivileged([{ scheme: APP_SCHEME, privileges }])
}

/** Serves the built renderer. */
export function serveApp(folder: string): void {
  protocol.handle(APP_SCHEME, async (request) => {
    const file = fileOfUrl(request.url, folder)
    if (file === undefined || request.method !== 'GET') return new Response('Not found', { status: 404, headers })
    try {
      const answer = await net.fetch(pathToFileURL(file).href)
      const type = answer.headers.get('content-type') ?? 'application/octet-stream'
      return new Response(answer.body, { headers: { ...headers, 'content-type': type } })
    } catch {
      return new Response('Not found', { status: 404, headers })
    }
  })
}
