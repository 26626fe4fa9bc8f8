import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FrameReader, frameLength } from '../../../hosts/frames.ts'

describe('frames in a byte stream', () => {
  it('come out as they went in, however the stream is cut', () => {
    const frames = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 12 })
    const cuts = fc.array(fc.integer({ min: 1, max: 17 }), { minLength: 1 })
    fc.assert(
      fc.property(frames, cuts, (written, sizes) => {
        const stream = Buffer.concat(written.flatMap((frame) => [frameLength(frame), frame]))
        const reader = new FrameReader()
        const read: Uint8Array[] = []
        for (let at = 0, n = 0; at < stream.length; n++) {
          const size = sizes[n % sizes.length] ?? 1
          read.push(...reader.read(stream.subarray(at, at + size)))
          at += size
        }
        expect(read.map((frame) => [...frame])).toEqual(written.map((frame) => [...frame]))
      }),
    )
  })
})
