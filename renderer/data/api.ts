import { toAppError } from '../../core/errors.ts'
import type { Answers, EventName, Events, Method, OutpostApi, Params } from '../../core/protocol/window-api.ts'
import { fail, type Result } from '../../core/result.ts'

declare global {
  interface Window {
    readonly outpost: OutpostApi
  }
}

/** Calls a method of `window.outpost`; a rejected call (the channel broke) comes back as a failed `Result` too. */
export const call = async <M extends Method>(method: M, params: Params<M>): Promise<Result<Answers[M]>> => {
  try {
    return await window.outpost.call(method, params)
  } catch (thrown) {
    return fail(toAppError(thrown))
  }
}

/** Listens to an event of `window.outpost`; answers the function that stops it. */
export const listen = <E extends EventName>(event: E, listener: (payload: Events[E]) => void): (() => void) =>
  window.outpost.on(event, listener)
