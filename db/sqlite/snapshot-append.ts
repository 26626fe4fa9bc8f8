import type { Value } from '../../core/model/field.ts'
import type { Statement } from './connection.ts'
import { idKey } from './row-map.ts'

/**
 * Rows of a first load that one statement inserts: more only cost more (measured: 1, 2, 4, 6, 8, 32). Their values are
 * arguments of their own, since taking each from an array is a tenth of an insert.
 */
export const GROUP_ROWS = 6

/** The keys of the rows of one body, in their order. */
export class PlaceKeys {
  #keys = new Uint32Array(1_024)
  size = 0

  add(id: unknown): void {
    if (this.size === this.#keys.length) {
      const grown = new Uint32Array(this.size * 2)
      grown.set(this.#keys)
      this.#keys = grown
    }
    this.#keys[this.size++] = idKey(typeof id === 'string' ? id : '')
  }

  keys(): Uint32Array {
    return this.#keys.slice(0, this.size)
  }
}

export interface AppendTarget {
  /** One row. */
  readonly insert: Statement<unknown[]>
  /** As many as `GROUP_ROWS`. */
  readonly insertGroup: Statement<unknown[]>
  /** Columns of a row. */
  readonly width: number
  /** Which of them is the id. */
  readonly idAt: number
}

/** Inserts rows in groups; `keys` gathers theirs. What is left of the last group goes in with `flush`. */
export const appender = (
  { insert, insertGroup, width, idAt }: AppendTarget,
  keys: PlaceKeys,
): { readonly add: (values: readonly Value[]) => void; readonly flush: () => void } => {
  const group: Value[] = new Array(width * GROUP_ROWS).fill(null)
  let waiting = 0
  return {
    add: (values) => {
      keys.add(values[idAt])
      const from = waiting * width
      for (let cell = 0; cell < width; cell++) group[from + cell] = values[cell] ?? null
      if (++waiting < GROUP_ROWS) return
      insertGroup.run(...group)
      waiting = 0
    },
    flush: () => {
      for (let from = 0; from < waiting * width; from += width) insert.run(...group.slice(from, from + width))
      waiting = 0
    },
  }
}
