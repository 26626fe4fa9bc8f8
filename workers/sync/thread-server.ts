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

/** Answers a thread's calls one after the other. */
export const serveThread = <C extends Calls>(file: string, handlers: Handlers<C>): void => {
  parentPort?.on('message', ({ id, method, params }: ThreadRequest<C>) => {
    try {
      const { value, transfer } = handlers[method](params)
      parentPort?.postMessage({ id, ok: true, value } satisfies ThreadAnswer, [...transfer])
    } catch (thrown) {
      const error = toAppError(fromSqlite(thrown, file))
      parentPort?.postMessage({ id, ok: false, error, broken: thrown instanceof ShapeBroken } satisfies ThreadAnswer)
    }
  })
}

/** An answer that is copied. */
export const copied = <T>(value: T): Moved<T> => ({ value, transfer: [] })
