import { crc32 } from 'node:zlib'
import type { Offset } from '../offset.ts'

/** One log message on disk: a header of `HEADER_BYTES`, then the message's JSON. */
export type Frame = {
  readonly offset: Offset
  /** The last message of its transaction: everything up to here is complete. */
  readonly last: boolean
  readonly json: Buffer
}

/** Payload length, CRC-32 of all that follows it, LSN, operation, flags. */
export const HEADER_BYTES = 24

export function encodeFrame({ offset, last, json }: Frame): Buffer {
  const frame = Buffer.allocUnsafe(HEADER_BYTES + json.length)
  frame.writeUInt32LE(json.length, 0)
  frame.writeDoubleLE(offset.lsn, 8)
  frame.writeUInt32LE(offset.op, 16)
  frame.writeUInt32LE(last ? 1 : 0, 20)
  json.copy(frame, HEADER_BYTES)
  frame.writeUInt32LE(crc32(frame.subarray(8)), 4)
  return frame
}

/** The frame's length at `position`, or `null` when not even its header is there. */
export const frameBytes = (bytes: Buffer, position: number): number | null =>
  position + HEADER_BYTES > bytes.length ? null : HEADER_BYTES + bytes.readUInt32LE(position)

/** Reads the frame at `position`; `null` when it is cut off or, with `verify`, damaged. */
export function decodeFrame(bytes: Buffer, position: number, verify = false): Frame | null {
  const length = frameBytes(bytes, position)
  if (length === null || position + length > bytes.length) return null
  if (verify && crc32(bytes.subarray(position + 8, position + length)) !== bytes.readUInt32LE(position + 4)) return null
  return {
    offset: { lsn: bytes.readDoubleLE(position + 8), op: bytes.readUInt32LE(position + 16) },
    last: bytes.readUInt32LE(position + 20) === 1,
    json: bytes.subarray(position + HEADER_BYTES, position + length),
  }
}
