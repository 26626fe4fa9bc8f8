import type { z } from 'zod'
import type { SnapshotBytes } from '../../../core/protocol/query-port.ts'
import { SnapshotRefused } from './sections.ts'

const decoder = new TextDecoder()

/** A snapshot's sections as what they hold. Each throws `SnapshotRefused` where a section is missing or of another size. */
export class SectionSource {
  private readonly sections: ReadonlyMap<string, SnapshotBytes>

  constructor(sections: ReadonlyMap<string, SnapshotBytes>) {
    this.sections = sections
  }

  json<T>(name: string, schema: z.ZodType<T>): T {
    try {
      return schema.parse(JSON.parse(decoder.decode(this.bytes(name))))
    } catch (thrown) {
      throw new SnapshotRefused(`${name}: ${String(thrown)}`)
    }
  }

  bytes(name: string): SnapshotBytes {
    const bytes = this.sections.get(name)
    if (!bytes) throw new SnapshotRefused(`${name} is missing`)
    return bytes
  }

  words = (name: string, length: number): Uint32Array<ArrayBuffer> => new Uint32Array(this.sized(name, length * 4))
  halves = (name: string, length: number): Uint16Array<ArrayBuffer> => new Uint16Array(this.sized(name, length * 2))
  ints = (name: string, length: number): Int32Array<ArrayBuffer> => new Int32Array(this.sized(name, length * 4))
  doubles = (name: string, length: number): Float64Array<ArrayBuffer> => new Float64Array(this.sized(name, length * 8))

  private sized(name: string, bytes: number): ArrayBuffer {
    const found = this.bytes(name)
    if (found.length !== bytes) throw new SnapshotRefused(`${name} has ${found.length} bytes instead of ${bytes}`)
    return found.buffer
  }
}
