import type { Session } from 'electron'

/** What the app's page may do besides show itself: copy text. Everything else (camera, location, notifications …) is refused. */
const allowed: ReadonlySet<string> = new Set(['clipboard-sanitized-write'])

/** Whether the page may have a permission. */
export function mayHavePermission(permission: string): boolean {
  return allowed.has(permission)
}

/** Answers every permission request and check of a session. */
export function guardPermissions(
  session: Pick<Session, 'setPermissionRequestHandler' | 'setPermissionCheckHandler'>,
): void {
  session.setPermissionRequestHandler((_contents, permission, decide) => decide(mayHavePermission(permission)))
  session.setPermissionCheckHandler((_contents, permission) => mayHavePermission(permission))
}
