import type { Deed, FromHost, ToHost } from '../control.ts'

/** Tells the launcher, when there is one. */
export function tell(message: FromHost): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => {})
}

/** Records what would have reached the desktop. */
export function deed(what: string, ...args: unknown[]): void {
  const done: Deed = { what, args }
  tell({ type: 'deed', deed: done })
}

/** Calls `listener` for each order of one type. */
export function onOrder<Type extends ToHost['type']>(
  type: Type,
  listener: (order: Extract<ToHost, { type: Type }>) => void,
): void {
  process.on('message', (message: ToHost) => {
    if (message.type === type) listener(message as Extract<ToHost, { type: Type }>)
  })
}
