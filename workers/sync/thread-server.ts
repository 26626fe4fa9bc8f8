import { parentPort, type Transferable } from 'node:worker_threads'
import { toAppError } from '../../core/errors.ts'
import { fromSqlite } from '../../db/sqlite/errors.ts'
import { ShapeBroken } from '../../db/sqlite/replica-writer.ts'
import type { Calls, ThreadAnswer, ThreadRequest } from './thread-client.ts'

/** An answer with the buffers to move instead of copying. */
export interface Moved<T> {
  readonly value: T
  readonly transfer: readonly Transferable[]
}

export type Handlers<C extends Calls> = {
  readonly [M in keyof C]: (params: C[M]['params']) => Moved<C[M]['answer']>
}

/** One call's answer: the method's, or what it threw as data. */
export const answerCall = <C extends Calls>(
  file: string,
  handlers: Handlers<C> | (() => Handlers<C>),
  { id, method, params }: ThreadRequest<C>,
): Moved<ThreadAnswer> => {
  try {
    const { value, transfer } = (typeof handlers === 'function' ? handlers() : handlers)[method](params)
    return { value: { id, ok: true, value }, transfer }
  } catch (thrown) {
    const error = toAppError(fromSqlite(thrown, file))
    return copied({ id, ok: false, error, broken: thrown instanceof ShapeBroken })
  }
}

/**
 * Answers a thread's calls one after the other.
 *
 * @param open opens the thread's file with the first call, so that what goes wrong then is that call's answer
 */
export const serveThread = <C extends Calls>(file: string, open: () => Handlers<C>): void => {
  let handlers: Handlers<C> | null = null
  const opened = (): Handlers<C> => {
    handlers ??= open()
    return handlers
  }
  parentPort?.on('message', (request: ThreadRequest<C>) => {
    const { value, transfer } = answerCall(file, opened, request)
    parentPort?.postMessage(value, [...transfer])
  })
}

/** An answer that is copied. */
export const copied = <T>(value: T): Moved<T> => ({ value, transfer: [] })
