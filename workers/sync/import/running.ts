import { z } from 'zod'
import type { ImportHost } from './host.ts'

const KEY = 'imports.running'
const stored = z.record(z.uuid(), z.object({ rejected: z.number().int() }))

/** The imports at work here, kept in outbox.db: what is still in it at start was cut off by a crash. */
export class RunningImports {
  readonly #host: ImportHost
  readonly #jobs: Record<string, { rejected: number }> = {}

  constructor(host: ImportHost) {
    this.#host = host
  }

  async put(job: string, rejected: number): Promise<void> {
    this.#jobs[job] = { rejected }
    await this.#write()
  }

  async remove(job: string): Promise<void> {
    delete this.#jobs[job]
    await this.#write()
  }

  /** What an earlier process left, and forgets it. */
  async takeLeftOver(): Promise<readonly { readonly job: string; readonly rejected: number }[]> {
    const text = await this.#host.setting(KEY)
    const left = text === null ? {} : stored.parse(JSON.parse(text))
    await this.#write()
    return Object.entries(left)
      .filter(([job]) => !(job in this.#jobs))
      .map(([job, { rejected }]) => ({ job, rejected }))
  }

  #write(): Promise<void> {
    return this.#host.putSetting(KEY, JSON.stringify(this.#jobs))
  }
}
