import type { AppError } from '../../core/errors.ts'
import type { ShapeState } from '../../db/sqlite/shape-store.ts'
import type { ReaderCalls } from './reader-calls.ts'
import type { ReplicaCalls } from './replica-calls.ts'
import { ThreadClient } from './thread-client.ts'
import type { ThreadData, Threads } from './threads.ts'

/** The engine's lines to its threads. */
export interface OpenThreads {
  readonly writer: ThreadClient<ReplicaCalls>
  readonly reader: ThreadClient<ReaderCalls>
  /** How far each shape had come. */
  readonly states: readonly ShapeState[]
}

/**
 * Starts both threads at once: the reader opens its file with its first call, and what loading its code takes would fall
 * on the first answers if it came later. The writer's first answer says that it has opened the replica and made its
 * tables.
 *
 * @param onFailure told every call that failed
 */
export const openThreads = async (
  threads: Threads,
  data: ThreadData,
  onDeath: (error: AppError) => void,
  onFailure: (error: AppError) => void,
): Promise<OpenThreads> => {
  const writer = new ThreadClient<ReplicaCalls>(threads.replica(data), onDeath, onFailure)
  let reader: ThreadClient<ReaderCalls> | null = null
  try {
    reader = new ThreadClient<ReaderCalls>(threads.reader(data), onDeath, onFailure)
    const states = await writer.call('states', null)
    return { writer, states, reader }
  } catch (thrown) {
    await reader?.stop('close')
    await writer.stop('close')
    throw thrown
  }
}
