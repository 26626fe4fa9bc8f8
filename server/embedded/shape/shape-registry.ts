import type { Shape } from './shape.ts'

/** The shapes that exist, by handle, by definition and by table. */
export class ShapeRegistry {
  readonly #byHandle = new Map<string, Shape>()
  readonly #current = new Map<string, Shape>()
  readonly #byTable = new Map<number, Set<Shape>>()

  add(shape: Shape): void {
    const { handle, key, definition } = shape.parts
    this.#byHandle.set(handle, shape)
    if (!shape.retired) this.#current.set(key, shape)
    const { oid } = definition.table
    this.#byTable.set(oid, (this.#byTable.get(oid) ?? new Set()).add(shape))
  }

  /** From now on new clients get another handle for the definition. */
  retire(shape: Shape): void {
    if (this.#current.get(shape.parts.key) === shape) this.#current.delete(shape.parts.key)
  }

  remove(shape: Shape): void {
    this.retire(shape)
    this.#byHandle.delete(shape.handle)
    const { oid } = shape.parts.definition.table
    const shapes = this.#byTable.get(oid)
    shapes?.delete(shape)
    if (shapes?.size === 0) this.#byTable.delete(oid)
  }

  /** The shape that new clients of a definition get. */
  current(key: string): Shape | undefined {
    return this.#current.get(key)
  }

  byHandle(handle: string): Shape | undefined {
    return this.#byHandle.get(handle)
  }

  ofTable(oid: number): Iterable<Shape> {
    return this.#byTable.get(oid) ?? []
  }

  get tableOids(): number[] {
    return [...this.#byTable.keys()]
  }

  all(): Shape[] {
    return [...this.#byHandle.values()]
  }
}
