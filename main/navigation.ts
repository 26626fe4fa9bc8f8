import { APP_ORIGIN } from './app-origin.ts'

/** Whether a URL is one of the app's own documents: the only ones that may be shown, or call main. */
export function isAppUrl(url: string): boolean {
  return url === APP_ORIGIN || url.startsWith(`${APP_ORIGIN}/`)
}

const outside = new Set(['https:', 'http:', 'mailto:', 'tel:'])

/** Whether a link is for the system to open: a web page, an e-mail address or a telephone number of a record. */
export function opensOutside(url: string): boolean {
  return URL.canParse(url) && outside.has(new URL(url).protocol)
}
