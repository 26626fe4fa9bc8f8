import type { Answers, Params, SyncMethod } from '../../core/protocol/window-api.ts'

/** A client as the operations see it; a call fails with the product's error code. */
export interface ChaosClient {
  readonly index: number
  readonly memberId: string
  call<M extends SyncMethod>(
    method: M,
    params: Params<M>,
  ): Promise<{ ok: true; value: Answers[M] } | { ok: false; code: string }>
}
