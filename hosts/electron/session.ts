import { protocol } from './protocol.ts'

type PermissionRequest = (contents: unknown, permission: string, decide: (granted: boolean) => void) => void
type PermissionCheck = (contents: unknown, permission: string, origin: string) => boolean

/** What the app set. Chromium never asks: the stand-in's browser refuses every permission by a flag. */
export const permissionHandlers: { request: PermissionRequest | null; check: PermissionCheck | null } = {
  request: null,
  check: null,
}

const defaultSession = {
  protocol,
  setPermissionRequestHandler(handler: PermissionRequest | null): void {
    permissionHandlers.request = handler
  },
  setPermissionCheckHandler(handler: PermissionCheck | null): void {
    permissionHandlers.check = handler
  },
  setSpellCheckerEnabled(_enabled: boolean): void {},
}

export const session = { defaultSession, fromPartition: () => defaultSession }
