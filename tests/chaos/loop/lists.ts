import { listColumnsOf } from '../../../core/model/entities.ts'
import type { Row } from '../../../core/model/field.ts'
import type { FromQueryWorker, ToQueryWorker } from '../../../core/protocol/query-port.ts'
import { LIST_ENTITIES, type ListEntity } from '../../../core/query/spec.ts'
import { createQueryService } from '../../../workers/query/service.ts'
import type { Engine } from '../../../workers/sync/engine.ts'
import type { SimProcess } from '../sim/process.ts'
import type { VirtualTime } from '../sim/time.ts'

const HOP_MS = 1
const QUIET_MS = 200
const TODAY = 20_000

/** The query worker beside a simulated sync process: it outlives it, and connects to each new one. */
export class Lists {
  readonly #time: VirtualTime
  readonly #service: ReturnType<typeof createQueryService>

  constructor(time: VirtualTime) {
    this.#time = time
    let cancelQuiet = (): void => {}
    this.#service = createQueryService({
      today: () => TODAY,
      now: () => time.now,
      pause: (work) => this.#later(0, work),
      after: (delayMs, work) => this.#later(delayMs, work),
      whenQuiet: (work) => {
        cancelQuiet()
        cancelQuiet = this.#later(QUIET_MS, work)
      },
    })
  }

  connect(engine: Engine, process: SimProcess): void {
    let toWorker: (message: ToQueryWorker) => void = () => {}
    let toEngine: (message: FromQueryWorker) => void = () => {}
    engine.connectQueryPort({
      post: (message) => {
        const said = structuredClone(message)
        this.#later(HOP_MS, () => toWorker(said))
      },
      onMessage: (listener) => {
        toEngine = listener
      },
      onClose: () => {},
    })
    this.#service.connect({
      postMessage: (message) => {
        const said = structuredClone(message)
        process.after(HOP_MS, () => toEngine(said))
      },
      listen: (listener) => {
        toWorker = listener
      },
      close: () => {},
    })
  }

  /** What the lists show otherwise than these rows, in words. */
  async differences(expected: (entity: ListEntity) => readonly Row[]): Promise<readonly string[]> {
    const found: string[] = []
    for (const entity of LIST_ENTITIES) {
      const spec = { entity, where: [], search: '', sort: [], facets: [] }
      const { list, total } = await this.#service.open(spec, () => {})
      const rows = new Map((await this.#service.rows(list, 0, total)).map((row) => [row.id, row.values]))
      this.#service.close(list)
      for (const row of expected(entity)) {
        const listed = rows.get(row.id)
        rows.delete(row.id)
        const wrong = listColumnsOf(entity).filter(
          (name) => name !== 'id' && (listed?.[name] ?? null) !== (row[name] ?? null),
        )
        if (!listed) found.push(`the list of ${entity} misses ${row.id}`)
        else if (wrong.length > 0) found.push(`the list of ${entity} shows another ${wrong.join(', ')} of ${row.id}`)
      }
      for (const id of rows.keys()) found.push(`the list of ${entity} shows ${id}`)
    }
    return found
  }

  #later(delayMs: number, work: () => void): () => void {
    return this.#time.after(delayMs, () => this.#time.owners.exit(work))
  }
}
