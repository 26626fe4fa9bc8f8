/**
 * Memory that the page and the query worker share, with room for one answer. A message from the worker waits until the
 * frame of the key that asked is drawn (Chromium puts that frame first), and the rows then wait for the frame after it; an
 * answer that lies in shared memory can be looked for while the key's own frame is made.
 *
 * The head is two 32-bit words: which call the answer is to (written last, atomically), and its length in bytes. JSON
 * follows, in UTF-8.
 */
export const ANSWER_BOX = { bytes: 1 << 20, call: 0, length: 1, head: 8 } as const
