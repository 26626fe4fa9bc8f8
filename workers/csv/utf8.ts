import { isUtf8 } from 'node:buffer'
import { createReadStream } from 'node:fs'
import { OutpostError } from '../../core/errors.ts'
import { fromFile } from './file-errors.ts'

const NEWLINE = 0x0a

const startsWith = (bytes: Buffer, ...wanted: readonly number[]): boolean =>
  wanted.every((byte, index) => bytes[index] === byte)

/** Files that people choose by mistake, told by their first bytes. */
const refuseKnownKinds = (head: Buffer): void => {
  if (startsWith(head, 0xff, 0xfe) || startsWith(head, 0xfe, 0xff))
    throw new OutpostError('not_utf8', 'The file is UTF-16 text. Save it as CSV UTF-8 and choose it again.', {
      line: 1,
      offset: 0,
    })
  if (startsWith(head, 0x50, 0x4b, 0x03, 0x04) || startsWith(head, 0xd0, 0xcf, 0x11, 0xe0))
    throw new OutpostError('not_csv', 'The file is a workbook, not CSV. Save it as CSV UTF-8 and choose it again.')
}

/** How many bytes at the end belong to a character that the next chunk completes: 0 to 3. */
const openTail = (bytes: Buffer): number => {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if ((byte & 0xc0) === 0x80) continue
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
    return length > back ? back : 0
  }
  return 0
}

/** Where the first character begins that is not UTF-8, in bytes that hold one. */
const firstInvalid = (bytes: Buffer): number => {
  let start = 0
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
    if (!isUtf8(bytes.subarray(start, end))) break
    start = end + 1
  }
  while (start < bytes.length) {
    const length = [1, 2, 3, 4].find((size) => isUtf8(bytes.subarray(start, start + size)))
    if (length === undefined) break
    start += length
  }
  return start
}

const linesIn = (bytes: Buffer): number => {
  let lines = 0
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) lines++
  return lines
}

const refuse = (bytes: Buffer, at: number, offset: number, linesBefore: number): never => {
  const line = linesBefore + linesIn(bytes.subarray(0, at)) + 1
  throw new OutpostError(
    'not_utf8',
    `The file is not UTF-8 text: byte ${offset + at} (line ${line}) is not part of a character. Save it as CSV UTF-8 and choose it again.`,
    { line, offset: offset + at },
  )
}

/**
 * Reads a file whole and refuses what is not UTF-8 text; NUL counts as not text (UTF-16 without a mark looks so).
 *
 * @throws OutpostError `not_utf8` with `line` (from 1) and byte `offset` (from 0) in its context, `not_csv` for
 *   workbooks and empty files, `file_unreadable`
 */
export const checkUtf8 = async (file: string): Promise<void> => {
  let tail: Buffer = Buffer.alloc(0)
  let offset = 0
  let lines = 0
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
      const bytes = tail.length === 0 ? chunk : Buffer.concat([tail, chunk])
      if (offset === 0) refuseKnownKinds(bytes)
      const whole = bytes.subarray(0, bytes.length - openTail(bytes))
      const nul = whole.indexOf(0)
      const invalid = isUtf8(whole) ? -1 : firstInvalid(whole)
      const wrong = [nul, invalid].filter((at) => at >= 0).sort((a, b) => a - b)[0]
      if (wrong !== undefined) refuse(whole, wrong, offset, lines)
      offset += whole.length
      lines += linesIn(whole)
      tail = bytes.subarray(whole.length)
    }
  } catch (thrown) {
    throw fromFile(thrown)
  }
  if (tail.length > 0) refuse(tail, 0, offset, lines)
  if (offset === 0) throw new OutpostError('not_csv', 'The file is empty.')
}
