import { closeSync, existsSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs'
import path from 'node:path'
import type { PgSnapshot } from './visibility.ts'

const chunkFile = (dir: string, index: number): string => path.join(dir, `chunk-${String(index).padStart(6, '0')}.json`)

/** A snapshot's rows, as files that hold response bodies. Readers may follow while it is written. */
export class SnapshotFiles {
  readonly #dir: string
  readonly #changed = new Set<() => void>()
  #state: 'writing' | 'complete' | 'failed'
  chunks: number

  /** With `chunks`, a snapshot that an earlier process completed. */
  constructor(dir: string, chunks: number | null) {
    this.#dir = dir
    this.chunks = chunks ?? 0
    this.#state = chunks === null ? 'writing' : 'complete'
  }

  get isComplete(): boolean {
    return this.#state === 'complete'
  }

  hasAllFiles(): boolean {
    return Array.from({ length: this.chunks }, (_, index) => chunkFile(this.#dir, index)).every((file) =>
      existsSync(file),
    )
  }

  #tell(): void {
    for (const wake of [...this.#changed]) wake()
  }

  addChunk(messages: readonly string[]): void {
    const fd = openSync(chunkFile(this.#dir, this.chunks), 'w', 0o600)
    try {
      writeSync(fd, Buffer.from(`[${messages.join(',')}]`))
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
    this.chunks += 1
    this.#tell()
  }

  finish(outcome: 'complete' | 'failed'): void {
    this.#state = outcome
    this.#tell()
  }

  /** Resolves once a chunk can be read, or is known never to come. */
  async waitFor(index: number): Promise<'ready' | 'past the end' | 'failed'> {
    for (;;) {
      if (this.#state === 'failed') return 'failed'
      if (index < this.chunks) return 'ready'
      if (this.#state === 'complete') return 'past the end'
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#changed.delete(wake)
          resolve()
        }
        this.#changed.add(wake)
      })
    }
  }

  /** The file of a chunk that can be read. */
  path(index: number): string {
    return chunkFile(this.#dir, index)
  }

  remove(): void {
    for (let index = 0; index < this.chunks; index += 1) rmSync(chunkFile(this.#dir, index), { force: true })
    this.chunks = 0
  }
}

/** The control message that ends a snapshot: which transactions its rows already contain. */
export const snapshotEnd = (snapshot: PgSnapshot): string =>
  JSON.stringify({
    headers: {
      control: 'snapshot-end',
      xip_list: snapshot.xip.map(String),
      xmax: String(snapshot.xmax),
      xmin: String(snapshot.xmin),
    },
  })
