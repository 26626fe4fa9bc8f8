import { ANSWER_BOX } from '../../core/protocol/answer-box.ts'

const encoder = new TextEncoder()

/**
 * Puts answers into an answer box, each in the place of the last: whoever asks reads one before asking again. `put`
 * answers false where an answer is too long for the box.
 */
export const createAnswerWriter = (box: SharedArrayBuffer) => {
  const head = new Int32Array(box, 0, 2)
  const body = new Uint8Array(box, ANSWER_BOX.head)
  return {
    put(call: number, answer: unknown): boolean {
      // An encoder does not write into shared memory.
      const bytes = encoder.encode(JSON.stringify(answer))
      if (bytes.length > body.length) return false
      body.set(bytes)
      head[ANSWER_BOX.length] = bytes.length
      Atomics.store(head, ANSWER_BOX.call, call)
      return true
    },
  }
}

export type AnswerWriter = ReturnType<typeof createAnswerWriter>
