import { ipcMain } from 'electron'
import { type AppError, appError } from '../core/errors.ts'
import { CALL_CHANNEL } from '../core/protocol/ipc-channels.ts'
import { MAIN_METHODS, type MainMethod, SYNC_METHODS, type SyncMethod } from '../core/protocol/window-api.ts'
import { attempt, fail, type Result } from '../core/result.ts'
import { isAppUrl } from './navigation.ts'

/** Where a call came from: the part of Electron's event that is checked. */
export type CallEvent = {
  sender: { id: number }
  senderFrame: { url: string; parent: unknown } | null
}

/** Who answers. Parameters have been parsed by the method's schema. */
export type Answerers = {
  main: (method: MainMethod, params: unknown) => Promise<unknown>
  sync: (method: SyncMethod, params: unknown) => Promise<Result<unknown>>
}

/** Whether a call comes from the app's own page, in the top frame of its own window. */
export function isTrustedSender(event: CallEvent, windowId: number | undefined): boolean {
  const { sender, senderFrame } = event
  return sender.id === windowId && senderFrame !== null && senderFrame.parent === null && isAppUrl(senderFrame.url)
}

function invalid(detail: string): Result<never> {
  const error: AppError = appError('invalid_request', detail)
  return fail(error)
}

/** Answers one call: checks who calls, what, and with which parameters, before anything else sees it. */
export async function answerCall(
  event: CallEvent,
  windowId: number | undefined,
  [method, params]: readonly unknown[],
  answerers: Answerers,
): Promise<Result<unknown>> {
  if (!isTrustedSender(event, windowId)) return fail(appError('forbidden'))
  if (typeof method !== 'string') return invalid('No such method.')
  if (Object.hasOwn(SYNC_METHODS, method)) {
    const name = method as SyncMethod
    const parsed = SYNC_METHODS[name].safeParse(params)
    return parsed.success ? answerers.sync(name, parsed.data) : invalid(`${method}: ${problem(parsed.error)}`)
  }
  if (Object.hasOwn(MAIN_METHODS, method)) {
    const name = method as MainMethod
    const parsed = MAIN_METHODS[name].safeParse(params)
    return parsed.success
      ? attempt(() => answerers.main(name, parsed.data))
      : invalid(`${method}: ${problem(parsed.error)}`)
  }
  return invalid('No such method.')
}

// Names the place, never the value: this text may end up in a log.
function problem(error: { issues: readonly { path: readonly PropertyKey[]; code?: string }[] }): string {
  return error.issues.map(({ path, code }) => `${path.map(String).join('.') || 'parameters'} ${code}`).join(', ')
}

/** Opens the one door between the page and main. */
export function openIpc(windowId: () => number | undefined, answerers: Answerers): void {
  ipcMain.handle(CALL_CHANNEL, (event, ...args: unknown[]) => answerCall(event, windowId(), args, answerers))
}
