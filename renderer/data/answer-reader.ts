import { ANSWER_BOX } from '../../core/protocol/answer-box.ts'

const decoder = new TextDecoder()

/** Reads the answer to a call from an answer box; undefined while it is not there. */
export const readAnswer = <T>(box: SharedArrayBuffer, call: number): T | undefined => {
  const head = new Int32Array(box, 0, 2)
  if (Atomics.load(head, ANSWER_BOX.call) !== call) return undefined
  // A decoder takes no shared memory: the slice is a copy that is not shared.
  const body = new Uint8Array(box, ANSWER_BOX.head, head[ANSWER_BOX.length]).slice()
  return JSON.parse(decoder.decode(body)) as T
}
