import { createHash } from 'node:crypto'

/** The running hash of everything that happened: two runs of one seed must end with the same. */
export class Trace {
  readonly #hash = createHash('sha256')
  readonly #keep: string[] | null
  lines = 0

  constructor(keep: boolean) {
    this.#keep = keep ? [] : null
  }

  note(atMs: number, who: string, what: string): void {
    const line = `${atMs.toFixed(3)} ${who} ${what}`
    this.lines++
    this.#hash.update(line)
    this.#hash.update('\n')
    this.#keep?.push(line)
  }

  get text(): string {
    return (this.#keep ?? []).join('\n')
  }

  digest(): string {
    return this.#hash.copy().digest('hex')
  }
}
