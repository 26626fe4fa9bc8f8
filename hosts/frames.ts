// Runs in Node and, with its types stripped, in the page's bridge worker.

const lengthBytes = 4

/** The length that goes before a frame in a byte stream. */
export function frameLength(frame: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(lengthBytes)
  new DataView(bytes.buffer).setUint32(0, frame.byteLength)
  return bytes
}

/** Cuts a byte stream, in whatever pieces it comes, into the frames that were written to it. */
export class FrameReader {
  #pieces: Uint8Array[] = []
  #bytes = 0

  /** Takes the next piece; answers the frames that are complete with it, in order. */
  read(piece: Uint8Array): Uint8Array[] {
    this.#pieces.push(piece)
    this.#bytes += piece.byteLength
    const frames: Uint8Array[] = []
    for (;;) {
      const length = this.#nextLength()
      if (length === undefined || this.#bytes < lengthBytes + length) return frames
      this.#take(lengthBytes)
      frames.push(this.#take(length))
    }
  }

  #nextLength(): number | undefined {
    if (this.#bytes < lengthBytes) return undefined
    const head = this.#pieces[0]
    if (!head || head.byteLength < lengthBytes) this.#pieces = [this.#join(this.#bytes)]
    const [first] = this.#pieces
    return first && new DataView(first.buffer, first.byteOffset).getUint32(0)
  }

  /** The first bytes, which are there: a view where they lie in one piece, else a copy. */
  #take(count: number): Uint8Array {
    this.#bytes -= count
    const [first] = this.#pieces
    if (first && first.byteLength >= count) {
      if (first.byteLength === count) this.#pieces.shift()
      else this.#pieces[0] = first.subarray(count)
      return first.subarray(0, count)
    }
    return this.#join(count)
  }

  #join(count: number): Uint8Array {
    const joined = new Uint8Array(count)
    let filled = 0
    while (filled < count) {
      const piece = this.#pieces.shift()
      if (!piece) break
      const part = piece.subarray(0, count - filled)
      joined.set(part, filled)
      filled += part.byteLength
      if (part.byteLength < piece.byteLength) this.#pieces.unshift(piece.subarray(part.byteLength))
    }
    return joined
  }
}
