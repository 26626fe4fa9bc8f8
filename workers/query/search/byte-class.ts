/** Classes that several bytes share; a match on them must be looked at again. */
const FIRST_SHARED = 46
/** Number of byte classes; a class fits six bits. */
export const CLASSES = 64

const MARKS = ".@-_'&+/,"

const classOf = (byte: number): number => {
  if (byte >= 97 && byte <= 122) return byte - 96
  if (byte >= 48 && byte <= 57) return byte - 48 + 27
  const mark = MARKS.indexOf(String.fromCharCode(byte))
  if (byte < 128) return mark >= 0 ? 37 + mark : FIRST_SHARED + (byte & 1)
  return 48 + (byte & 15)
}

/** Class of each byte of folded text: letters, digits and common marks have their own; 0 is "past the end". */
export const BYTE_CLASS = Uint8Array.from({ length: 256 }, (_, byte) => classOf(byte))

/** Do these bytes each have a class of their own? */
export const isExact = (word: Uint8Array): boolean => word.every((byte) => (BYTE_CLASS[byte] as number) < FIRST_SHARED)

/** Does a token end after this byte? Letters, digits and everything beyond ASCII go on. */
export const endsToken = (byte: number): boolean =>
  byte < 128 && !(byte >= 97 && byte <= 122) && !(byte >= 48 && byte <= 57)

/**
 * Is the word sure to lie within one token wherever it occurs? Tokens end after a mark and before a space, so a word
 * whose marks are not its last byte may span two.
 */
export const fitsToken = (word: Uint8Array): boolean => !word.subarray(0, -1).some(endsToken)

/** Is `part` in the `length` bytes from `start`? */
export const includesBytes = (bytes: Uint8Array, start: number, length: number, part: Uint8Array): boolean => {
  const first = part[0]
  const last = start + length - part.length
  for (let i = start; i <= last; i++) {
    if (bytes[i] !== first) continue
    let j = 1
    while (j < part.length && bytes[i + j] === part[j]) j++
    if (j === part.length) return true
  }
  return false
}
