import type { EventEmitter } from 'node:events'

/** An event that a listener may prevent. */
export type Preventable = { preventDefault: () => void; readonly defaultPrevented: boolean }

/** Emits a preventable event; true when a listener prevented it. */
export function prevented(emitter: EventEmitter, name: string, ...args: unknown[]): boolean {
  let isPrevented = false
  const event: Preventable = {
    preventDefault: () => {
      isPrevented = true
    },
    get defaultPrevented() {
      return isPrevented
    },
  }
  emitter.emit(name, event, ...args)
  return isPrevented
}
