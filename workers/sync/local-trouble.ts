import type { AppError } from '../../core/errors.ts'
import { saysDamage } from '../../db/sqlite/integrity.ts'

/** The files whose failures are told apart. */
export type LocalFile = 'replica' | 'outbox'

export interface TroubleDeps {
  /** The words for the status changed. */
  readonly onChange: () => void
  /** The file's contents are damaged: only a new start, which deals with it, helps. */
  readonly onDamage: (file: LocalFile, error: AppError) => void
}

/** What cannot be read or written on this computer just now (rule S-4). */
export class LocalTrouble {
  readonly #deps: TroubleDeps
  readonly #errors = new Map<LocalFile, AppError>()

  constructor(deps: TroubleDeps) {
    this.#deps = deps
  }

  /** Words for the status; null while all is well. The outbox's come first. */
  get words(): string | null {
    return (this.#errors.get('outbox') ?? this.#errors.get('replica'))?.message ?? null
  }

  /** Takes in a failure; whatever is not SQLite's is none of a file. */
  failed(file: LocalFile, error: AppError): void {
    if (error.context?.['sqlite'] === undefined) return
    const before = this.words
    this.#errors.set(file, error)
    if (this.words !== before) this.#deps.onChange()
    if (saysDamage(error)) this.#deps.onDamage(file, error)
  }

  /** Something was written. */
  well(file: LocalFile): void {
    if (this.#errors.delete(file)) this.#deps.onChange()
  }
}
