import type * as Comlink from 'comlink'
import { OutpostError } from '../../core/errors.ts'
import { ANSWER_BOX } from '../../core/protocol/answer-box.ts'
import type { OpenedList, QueryApi, QueryWorkerApi } from '../../core/protocol/query-worker.ts'
import { readAnswer } from './answer-reader.ts'

export type OpenInWorker = (...asked: Required<Parameters<QueryApi['open']>>) => Promise<OpenedList>

/**
 * A frame waits so long for an answer that is not there: later it is drawn with the frame after it, which is 16 ms away on
 * most screens. Milliseconds.
 */
const PATIENCE_MS = 8

/** The page's frames and time, as far as they are needed here. */
export interface FrameHost {
  /** Calls `work` while the next frame is made; answers what calls it off. */
  onFrame(work: () => void): () => void
  /** Milliseconds, rising. */
  now(): number
}

/**
 * Opens lists at a worker that leaves its answers in a box. An answer is taken while the next frame is made, so that its
 * rows are in that frame, and else when its message comes. One list is opened at a time. Opening rejects with what the
 * worker threw.
 */
export const openEarly = (
  api: Comlink.Remote<QueryWorkerApi<MessagePort>>,
  box: SharedArrayBuffer,
  { onFrame, now }: FrameHost,
): OpenInWorker => {
  api.answerInto(box).catch(() => {})
  let calls = 0
  return (...asked) => {
    const call = ++calls
    return new Promise((resolve, reject) => {
      const stop = onFrame(() => {
        const until = now() + PATIENCE_MS
        let early = readAnswer<OpenedList>(box, call)
        while (!early && now() < until) early = readAnswer<OpenedList>(box, call)
        if (early) resolve(early)
      })
      const told = (answer: OpenedList | null): void => {
        const opened = answer ?? readAnswer<OpenedList>(box, call)
        if (opened) resolve(opened)
        else reject(new OutpostError('internal', 'The list engine lost its answer.'))
      }
      api
        .openInto(call, ...asked)
        .finally(stop)
        .then(told, reject)
    })
  }
}

/** Memory for the answers; null in a page that may not share any. */
export const createAnswerBox = (): SharedArrayBuffer | null =>
  globalThis.crossOriginIsolated ? new SharedArrayBuffer(ANSWER_BOX.bytes) : null
