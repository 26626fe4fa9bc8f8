import { Packr } from 'msgpackr'

// Runs in Node and, with its types stripped, in the page's bridge worker. Carries what structured clone carries: undefined,
// BigInt, Date, Map, Set, typed arrays, ArrayBuffer, Error, RegExp, cycles. Minus zero arrives as zero.
const packr = new Packr({
  structuredClone: true,
  moreTypes: true,
  mapsAsObjects: false,
  useBigIntExtension: true,
  copyBuffers: true,
  writeFunction: () => {
    throw new Error('An object could not be cloned.')
  },
})

/** A structured-cloneable value as bytes. Throws, as `postMessage` does, on functions and symbols. */
export function encode(value: unknown): Uint8Array {
  return packr.pack(value)
}

/** The value that {@link encode} was given. Throws on bytes that it did not write. */
export function decode(bytes: Uint8Array): unknown {
  return packr.unpack(bytes)
}
