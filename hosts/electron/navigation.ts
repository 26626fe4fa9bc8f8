import type { CDPSession } from 'playwright-core'
import { prevented } from './prevention.ts'
import { runtime } from './runtime.ts'
import type { WebContents } from './web-contents.ts'

/**
 * Lets `will-navigate` stop a page from leaving for another document. Loads that the app itself asks for, and reloads, are
 * those of the same URL or the first; they pass without the event, as in Electron.
 */
export async function guardNavigation(session: CDPSession, contents: WebContents): Promise<void> {
  const { frameTree } = await session.send('Page.getFrameTree')
  await session.send('Fetch.enable', { patterns: [{ resourceType: 'Document', requestStage: 'Request' }] })
  session.on('Fetch.requestPaused', ({ requestId, request, frameId }) => {
    const url = runtime().fromServed(request.url)
    const current = contents.getURL()
    const isNavigation = frameId === frameTree.frame.id && current !== 'about:blank' && !current.startsWith('data:')
    const stopped = isNavigation && url !== current && prevented(contents, 'will-navigate', url)
    const decision = stopped
      ? session.send('Fetch.failRequest', { requestId, errorReason: 'Aborted' })
      : session.send('Fetch.continueRequest', { requestId })
    decision.catch(() => {})
  })
}
