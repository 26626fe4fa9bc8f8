import { deserialize, serialize } from 'node:v8'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decode, encode } from '../../../hosts/codec.ts'
import { packControl, packPortMessage, unpackFrame } from '../../../hosts/wire.ts'

const value = fc.letrec((tie) => ({
  leaf: fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.integer(),
    fc.double().filter((n) => !Object.is(n, -0)),
    fc.bigInt(),
    fc.boolean(),
    fc.constantFrom(null, undefined),
    fc.date({ noInvalidDate: true }),
    fc.uint8Array(),
    fc.float64Array({ maxLength: 5 }),
    fc.uint32Array({ maxLength: 5 }),
  ),
  node: fc.oneof(
    { depthSize: 'small' },
    tie('leaf'),
    fc.array(tie('node'), { maxLength: 4 }),
    fc.dictionary(
      fc.string().filter((key) => key !== '__proto__'),
      tie('node'),
      { maxKeys: 4, noNullPrototype: true },
    ),
    fc.array(fc.tuple(tie('leaf'), tie('node')), { maxLength: 3 }).map((entries) => new Map(entries)),
    fc.array(tie('leaf'), { maxLength: 3 }).map((items) => new Set(items)),
  ),
})).node

/** As it would arrive: bytes of Node are plain byte arrays for whoever looks at their contents. */
const plain = (read: unknown): unknown => deserialize(serialize(read))

describe('the wire of the stand-in', () => {
  it('carries what structured clone carries', () => {
    fc.assert(
      fc.property(value, (sent) => {
        expect(plain(decode(encode(sent)))).toEqual(plain(sent))
      }),
    )
  })

  it('tells functions and symbols apart from data', () => {
    expect(() => encode({ f: () => 1 })).toThrow('could not be cloned')
    expect(() => encode([Symbol('x')])).toThrow()
  })

  it('takes frames apart as they were put together', () => {
    const message = { type: 'message', channel: 'c', args: [1n], ports: [7] } as const
    expect(unpackFrame(packControl({ ...message, args: [...message.args], ports: [...message.ports] }))).toEqual({
      control: message,
    })
    const frame = unpackFrame(packPortMessage(4_000_000_000, encode(['x'])))
    expect('port' in frame && [frame.port, decode(frame.payload)]).toEqual([4_000_000_000, ['x']])
  })
})
