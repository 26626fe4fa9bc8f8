import { type SnapshotManifest, snapshotManifest, sumOf } from '../../../core/protocol/column-snapshot.ts'
import { SNAPSHOT_PIECE_BYTES, type SnapshotBytes } from '../../../core/protocol/query-port.ts'

/** A snapshot is not what it says, or not of this build's layout. */
export class SnapshotRefused extends Error {}

/** A named stretch of a snapshot. */
export type Section = readonly [name: string, bytes: SnapshotBytes]

const encoder = new TextEncoder()

export const arraySection = (name: string, array: ArrayBufferView<ArrayBuffer>): Section => [
  name,
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength),
]

export const jsonSection = (name: string, value: unknown): Section => [
  name,
  new Uint8Array(encoder.encode(JSON.stringify(value))),
]

/** Cuts sections into pieces, each copied when it is asked for; ends with the manifest. */
export function* cutSections(layout: string, sections: readonly Section[]): Generator<SnapshotBytes, string> {
  const sums: number[] = []
  const cut = (bytes: SnapshotBytes): SnapshotBytes => {
    sums.push(sumOf(bytes))
    return bytes
  }
  let piece = new Uint8Array(SNAPSHOT_PIECE_BYTES)
  let used = 0
  for (const [, bytes] of sections)
    for (let from = 0; from < bytes.length; ) {
      const part = bytes.subarray(from, from + piece.length - used)
      piece.set(part, used)
      used += part.length
      from += part.length
      if (used < piece.length) continue
      yield cut(piece)
      piece = new Uint8Array(SNAPSHOT_PIECE_BYTES)
      used = 0
    }
  if (used > 0) yield cut(piece.slice(0, used))
  const sizes = sections.map(([name, bytes]): [string, number] => [name, bytes.length])
  return JSON.stringify({ layout, sections: sizes, sums } satisfies SnapshotManifest)
}

/** Puts the pieces of a snapshot together again. */
export class SectionJoiner {
  private readonly manifest: SnapshotManifest
  private readonly sections: Section[]
  private taken = 0
  private section = 0
  private at = 0

  /** @throws SnapshotRefused where the manifest is none, or of another layout */
  constructor(layout: string, manifest: string) {
    this.manifest = parseManifest(manifest)
    if (this.manifest.layout !== layout) throw new SnapshotRefused(`layout ${this.manifest.layout}`)
    this.sections = this.manifest.sections.map(([name, bytes]) => [name, new Uint8Array(bytes)])
  }

  /** Every piece has come. */
  get done(): boolean {
    return this.taken === this.manifest.sums.length
  }

  /** @throws SnapshotRefused where the piece is not the one that was written */
  take(bytes: SnapshotBytes): void {
    if (sumOf(bytes) !== this.manifest.sums[this.taken++])
      throw new SnapshotRefused(`piece ${this.taken - 1} is damaged`)
    for (let from = 0; from < bytes.length; ) {
      const into = this.sections[this.section]?.[1]
      if (!into) throw new SnapshotRefused('more bytes than sections')
      const part = bytes.subarray(from, from + into.length - this.at)
      into.set(part, this.at)
      this.at += part.length
      from += part.length
      if (this.at < into.length) continue
      this.section++
      this.at = 0
    }
  }

  join(): ReadonlyMap<string, SnapshotBytes> {
    while (this.sections[this.section]?.[1].length === 0) this.section++
    if (!this.done || this.section < this.sections.length) throw new SnapshotRefused('bytes are missing')
    return new Map(this.sections)
  }
}

const parseManifest = (text: string): SnapshotManifest => {
  try {
    return snapshotManifest.parse(JSON.parse(text))
  } catch (thrown) {
    throw new SnapshotRefused(`manifest: ${String(thrown)}`)
  }
}
