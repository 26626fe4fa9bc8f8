import { dedupeKey } from '../../../core/csv/dedupe.ts'
import type { RowValues } from '../../../core/csv/rows.ts'
import type { EntityName } from '../../../core/model/entities.ts'
import type { ImportHost } from './host.ts'

const PAGE_ROWS = 5_000

/** Which record has a value in one of a few fields. Held in memory while an import that needs it runs. */
export class KeyIndex {
  readonly #fields: readonly string[]
  /** Key → record id; null where several records share it. */
  readonly #ids = new Map<string, string | null>()

  constructor(fields: readonly string[]) {
    this.#fields = fields
  }

  /** Reads all shown rows of an entity, page by page, so that whoever answers them can do other work in between. */
  static async of(host: ImportHost, entity: EntityName, fields: readonly string[]): Promise<KeyIndex> {
    const index = new KeyIndex(fields)
    if (fields.length === 0) return index
    let after: number | null = null
    do {
      const page = await host.keys(entity, fields, after, PAGE_ROWS)
      for (const [id, ...cells] of page.rows)
        index.add(String(id), Object.fromEntries(fields.map((field, at) => [field, cells[at] ?? null])))
      after = page.next
    } while (after !== null)
    return index
  }

  add(id: string, values: RowValues): void {
    for (const key of this.#keysOf(values)) {
      const known = this.#ids.get(key)
      this.#ids.set(key, known === undefined || known === id ? id : null)
    }
  }

  /** The first field by which a record with the same value is there, or null. */
  match(values: RowValues): string | null {
    return (
      this.#fields.find((field) => {
        const key = dedupeKey(values, field)
        return key !== null && this.#ids.has(key)
      }) ?? null
    )
  }

  /** The one record that has `text` in the first field where any has it; `several`, or null where none has. */
  find(text: string): { readonly id: string } | 'several' | null {
    for (const field of this.#fields) {
      const key = dedupeKey({ [field]: text }, field)
      const found = key === null ? undefined : this.#ids.get(key)
      if (found !== undefined) return found === null ? 'several' : { id: found }
    }
    return null
  }

  #keysOf(values: RowValues): readonly string[] {
    return this.#fields.map((field) => dedupeKey(values, field)).filter((key) => key !== null)
  }
}
