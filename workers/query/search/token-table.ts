/** Tokens met so far, each once: their bytes one after the other, found again by hash. */
export class TokenTable {
  size = 0
  bytes = new Uint8Array(1 << 16)
  /** Where each token starts; token n ends where n + 1 starts. */
  starts = new Uint32Array(1 << 12)
  private hashes = new Uint32Array(1 << 12)
  private slots = new Int32Array(1 << 13).fill(-1)

  /** The number of the token of these bytes, a new one if need be. */
  add(source: Uint8Array, from: number, to: number): number {
    let hash = 0x811c9dc5
    for (let i = from; i < to; i++) hash = Math.imul(hash ^ (source[i] as number), 0x01000193)
    hash = (hash ^ (hash >>> 15)) >>> 0
    const mask = this.slots.length - 1
    let at = hash & mask
    for (;;) {
      const token = this.slots[at] as number
      if (token < 0) break
      if (this.hashes[token] === hash && this.equals(token, source, from, to)) return token
      at = (at + 1) & mask
    }
    return this.append(at, hash, source, from, to)
  }

  private equals(token: number, source: Uint8Array, from: number, to: number): boolean {
    const start = this.starts[token] as number
    if ((this.starts[token + 1] as number) - start !== to - from) return false
    for (let i = 0; i < to - from; i++) if (this.bytes[start + i] !== source[from + i]) return false
    return true
  }

  private append(at: number, hash: number, source: Uint8Array, from: number, to: number): number {
    const token = this.size++
    const start = this.starts[token] as number
    const end = start + to - from
    if (end > this.bytes.length) {
      const grown = new Uint8Array(Math.max(end, this.bytes.length * 2))
      grown.set(this.bytes)
      this.bytes = grown
    }
    for (let i = from; i < to; i++) this.bytes[start + i - from] = source[i] as number
    if (this.size + 1 >= this.starts.length) {
      this.starts = grownWords(this.starts)
      this.hashes = grownWords(this.hashes)
    }
    this.starts[this.size] = end
    this.hashes[token] = hash
    this.slots[at] = token
    if (this.size * 2 > this.slots.length) this.rehash()
    return token
  }

  private rehash(): void {
    this.slots = new Int32Array(this.slots.length * 2).fill(-1)
    const mask = this.slots.length - 1
    for (let token = 0; token < this.size; token++) {
      let at = (this.hashes[token] as number) & mask
      while ((this.slots[at] as number) >= 0) at = (at + 1) & mask
      this.slots[at] = token
    }
  }
}

const grownWords = (words: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> => {
  const grown = new Uint32Array(words.length * 2)
  grown.set(words)
  return grown
}
