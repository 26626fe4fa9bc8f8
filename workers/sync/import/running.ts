import { z } from 'zod'
import type { ImportHost } from './host.ts'

const KEY = 'imports.running'
const stored = z.record(z.uuid(), z.object({ rejected: z.number().int() }))
type Stored = z.infer<typeof stored>

/**
 * The imports at work on this data directory, kept in outbox.db: what is still in it at start was cut off by a crash.
 * Each change reads what is there first, as a command may import beside the running app.
 */
export class RunningImports {
  readonly #host: ImportHost

  constructor(host: ImportHost) {
    this.#host = host
  }

  put(job: string, rejected: number): Promise<void> {
    return this.#change((jobs) => ({ ...jobs, [job]: { rejected } }))
  }

  remove(job: string): Promise<void> {
    return this.#change(({ [job]: _, ...others }) => others)
  }

  /** What an earlier process left, and forgets it. */
  async takeLeftOver(): Promise<readonly { readonly job: string; readonly rejected: number }[]> {
    const left = await this.#read()
    if (Object.keys(left).length > 0) await this.#host.putSetting(KEY, '{}')
    return Object.entries(left).map(([job, { rejected }]) => ({ job, rejected }))
  }

  async #read(): Promise<Stored> {
    const text = await this.#host.setting(KEY)
    return text === null ? {} : stored.parse(JSON.parse(text))
  }

  async #change(change: (jobs: Stored) => Stored): Promise<void> {
    await this.#host.putSetting(KEY, JSON.stringify(change(await this.#read())))
  }
}
