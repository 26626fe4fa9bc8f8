import { createWriteStream, mkdirSync, openSync, renameSync, statSync, type WriteStream } from 'node:fs'
import { dirname } from 'node:path'

function sizeOf(path: string): number {
  try {
    return statSync(path).size
  } catch {
    return 0
  }
}

/** Moves `path` to `path.1`, `path.1` to `path.2` …, dropping what comes after `keep`. */
function shift(path: string, keep: number): void {
  for (let n = keep; n >= 1; n--) {
    try {
      renameSync(n === 1 ? path : `${path}.${n - 1}`, `${path}.${n}`)
    } catch {
      // That generation does not exist yet.
    }
  }
}

/** Keeps a file that another process appends to as `.1` once it has `maxBytes`; before that process opens it. */
export function rotateIfLarge(path: string, maxBytes: number, keep: number): void {
  if (sizeOf(path) >= maxBytes) shift(path, keep)
}

/** A file that lines are appended to; at `maxBytes` it is kept as `.1` and a new one begins, up to `keep` old ones. */
export class RotatingFile {
  readonly #path: string
  readonly #maxBytes: number
  readonly #keep: number
  #bytes: number
  #stream: WriteStream

  constructor(path: string, maxBytes: number, keep: number) {
    mkdirSync(dirname(path), { recursive: true })
    this.#path = path
    this.#maxBytes = maxBytes
    this.#keep = keep
    this.#bytes = sizeOf(path)
    this.#stream = this.#open()
  }

  /** Appends a line, which ends with its line break. A full or broken disk loses the line, never the app. */
  write(line: string): void {
    const bytes = Buffer.byteLength(line)
    if (this.#bytes > 0 && this.#bytes + bytes > this.#maxBytes) {
      this.#stream.end()
      shift(this.#path, this.#keep)
      this.#bytes = 0
      this.#stream = this.#open()
    }
    this.#bytes += bytes
    this.#stream.write(line)
  }

  /** Resolves when everything is written. */
  end(): Promise<void> {
    return new Promise((resolve) => this.#stream.end(resolve))
  }

  #open(): WriteStream {
    // Opened now, so that the next rotation finds it: a stream by itself opens its file later.
    const fd = openSync(this.#path, 'a', 0o600)
    return createWriteStream(this.#path, { fd }).on('error', () => {})
  }
}
