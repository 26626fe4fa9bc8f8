import { useCallback, useEffect, useEffectEvent, useState } from 'react'
import type { AppError } from '../../core/errors.ts'
import type { Answers, Method, Params } from '../../core/protocol/window-api.ts'
import { call } from './api.ts'

export interface CallState<T> {
  /** The last good answer; kept while a reload runs, dropped when the parameters change. */
  readonly value: T | null
  readonly error: AppError | null
  readonly loading: boolean
  reload(): void
}

interface Held<T> {
  readonly key: string
  readonly value: T | null
  readonly error: AppError | null
}

interface Request {
  readonly key: string
  readonly round: number
  current: boolean
}

/**
 * Calls a method when the component mounts and whenever the parameters change; answers to older parameters are dropped.
 *
 * @param params null = do not call yet
 */
export const useCall = <M extends Method>(method: M, params: Params<M> | null): CallState<Answers[M]> => {
  const key = params === null ? '' : `${method} ${JSON.stringify(params)}`
  const [round, setRound] = useState(0)
  const [held, setHeld] = useState<Held<Answers[M]>>({ key: '', value: null, error: null })
  const reload = useCallback(() => setRound((n) => n + 1), [])

  const send = useEffectEvent(async (request: Request) => {
    if (params === null) return
    const result = await call(method, params)
    if (!request.current) return
    setHeld((before) =>
      result.ok
        ? { key: request.key, value: result.value, error: null }
        : { key: request.key, value: before.key === request.key ? before.value : null, error: result.error },
    )
  })

  useEffect(() => {
    const request: Request = { key, round, current: true }
    void send(request)
    return () => {
      request.current = false
    }
  }, [key, round])

  const fresh = held.key === key
  return {
    value: fresh ? held.value : null,
    error: fresh ? held.error : null,
    loading: params !== null && !fresh,
    reload,
  }
}
