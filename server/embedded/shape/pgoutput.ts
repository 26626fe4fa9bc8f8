import type { StreamTransaction } from './visibility.ts'

/** A column's text, `null`, or `undefined` = an unchanged out-of-line (TOAST) value that the WAL leaves out. */
export type Tuple = (string | null | undefined)[]
export type RelationColumn = { readonly name: string; readonly typeOid: number; readonly typeModifier: number }
export type Relation = {
  readonly oid: number
  readonly schema: string
  readonly name: string
  /** `f` = REPLICA IDENTITY FULL: old rows are in the stream. */
  readonly identity: string
  readonly columns: readonly RelationColumn[]
}

export type Change =
  | { readonly kind: 'insert'; readonly relation: Relation; readonly row: Tuple }
  | { readonly kind: 'update'; readonly relation: Relation; readonly old: Tuple | null; readonly row: Tuple }
  | { readonly kind: 'delete'; readonly relation: Relation; readonly old: Tuple }

/** What the stream tells, in commit order; a transaction's calls come together, after it committed. */
export type StreamHandler = {
  begin(transaction: StreamTransaction): void
  change(change: Change): void
  truncate(relationOids: readonly number[]): void
  /** `endLsn` is the position after the commit record. */
  commit(endLsn: number): void
}

class Reader {
  offset: number
  readonly bytes: Buffer
  constructor(bytes: Buffer, offset: number) {
    this.bytes = bytes
    this.offset = offset
  }
  byte(): number {
    return this.bytes.readUInt8(this.offset++)
  }
  int16(): number {
    this.offset += 2
    return this.bytes.readInt16BE(this.offset - 2)
  }
  int32(): number {
    this.offset += 4
    return this.bytes.readInt32BE(this.offset - 4)
  }
  uint32(): number {
    return this.int32() >>> 0
  }
  lsn(): number {
    return this.uint32() * 2 ** 32 + this.uint32()
  }
  cstring(): string {
    const end = this.bytes.indexOf(0, this.offset)
    const text = this.bytes.toString('utf8', this.offset, end)
    this.offset = end + 1
    return text
  }
  tuple(): Tuple {
    const count = this.int16()
    const out: Tuple = new Array(count)
    for (let index = 0; index < count; index += 1) {
      const kind = this.byte()
      if (kind === 0x6e) out[index] = null
      else if (kind === 0x75) out[index] = undefined
      else {
        const length = this.int32()
        out[index] = this.bytes.toString('utf8', this.offset, this.offset + length)
        this.offset += length
      }
    }
    return out
  }
}

function readRelation(reader: Reader): Relation {
  const oid = reader.uint32()
  const schema = reader.cstring()
  const name = reader.cstring()
  const identity = String.fromCharCode(reader.byte())
  const columns: RelationColumn[] = []
  for (let left = reader.int16(); left > 0; left -= 1) {
    reader.byte()
    columns.push({ name: reader.cstring(), typeOid: reader.uint32(), typeModifier: reader.int32() })
  }
  return { oid, schema, name, identity, columns }
}

/**
 * Decoder of the `pgoutput` plugin's messages, protocol version 1 (Postgres manual, "Logical Replication Message Formats").
 * Values stay raw text. One decoder a connection: the server announces each relation once per connection.
 */
export function createDecoder(handler: StreamHandler): (message: Buffer, start: number) => void {
  const relations = new Map<number, Relation>()
  const relationOf = (reader: Reader): Relation => {
    const oid = reader.uint32()
    const relation = relations.get(oid)
    if (!relation) throw new Error(`pgoutput: relation ${oid} was never announced`)
    return relation
  }
  const readUpdate = (reader: Reader): Change => {
    const relation = relationOf(reader)
    let tag = reader.byte()
    let old: Tuple | null = null
    if (tag !== 0x4e) {
      const tuple = reader.tuple()
      old = tag === 0x4f ? tuple : null
      tag = reader.byte()
    }
    return { kind: 'update', relation, old, row: reader.tuple() }
  }
  return (message, start) => {
    const reader = new Reader(message, start)
    switch (String.fromCharCode(reader.byte())) {
      case 'B': {
        const lsn = reader.lsn()
        reader.offset += 8
        handler.begin({ lsn, xid: reader.uint32() })
        break
      }
      case 'C':
        reader.offset += 9
        handler.commit(reader.lsn())
        break
      case 'R': {
        const relation = readRelation(reader)
        relations.set(relation.oid, relation)
        break
      }
      case 'I': {
        const relation = relationOf(reader)
        reader.offset += 1
        handler.change({ kind: 'insert', relation, row: reader.tuple() })
        break
      }
      case 'U':
        handler.change(readUpdate(reader))
        break
      case 'D': {
        const relation = relationOf(reader)
        reader.offset += 1
        handler.change({ kind: 'delete', relation, old: reader.tuple() })
        break
      }
      case 'T': {
        const count = reader.int32()
        reader.offset += 1
        handler.truncate(Array.from({ length: count }, () => reader.uint32()))
        break
      }
      default:
    }
  }
}
