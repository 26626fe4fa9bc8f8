import { constants, setPriority } from 'node:os'
import { join } from 'node:path'
import { type MessagePortMain, utilityProcess } from 'electron'
import { z } from 'zod'
import type { FromSync } from '../core/protocol/sync-process.ts'
import type { SyncChild } from './sync-process.ts'

const message = z.discriminatedUnion('t', [
  z.object({ t: z.literal('ready') }),
  z.object({ t: z.literal('answer'), id: z.number(), result: z.object({ ok: z.boolean() }) }),
  z.object({ t: z.literal('event'), event: z.string() }),
  z.object({ t: z.literal('failed'), error: z.object({ code: z.string(), message: z.string() }) }),
])

/** Forks the sync process, which the build puts beside this file. What is no message of it is dropped. */
export function forkSync(): SyncChild<MessagePortMain> {
  const child = utilityProcess.fork(join(import.meta.dirname, 'sync.js'), [], { serviceName: 'Outpost sync' })
  child.once('spawn', () => {
    if (child.pid !== undefined) yieldToWindow(child.pid)
  })
  return {
    postMessage: (toSync, transfer = []) => child.postMessage(toSync, transfer),
    onMessage: (listener) =>
      child.on('message', (data: unknown) => {
        if (message.safeParse(data).success) listener(data as FromSync)
      }),
    onExit: (listener) => child.on('exit', listener),
    kill: () => child.kill(),
  }
}

/**
 * A person's keys come first where there are not cores enough: following the server may take a little longer. Told before the
 * process begins its threads, which have its priority on Linux. Where the system does not allow it, all stays as it is.
 */
function yieldToWindow(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {}
}
