import type { ShapeDefinition } from './definition.ts'
import { jsonText, jsonTextOrNull } from './json-text.ts'
import type { Change, Relation, Tuple } from './pgoutput.ts'
import { keyPrefix, rowKey } from './row-key.ts'
import type { Predicate } from './where/compile.ts'

/** A log message without what only its transaction knows: `last`, lsn, op position and txid. */
export type ShapeMessage = {
  readonly operation: 'insert' | 'update' | 'delete'
  readonly key: string
  /** The value as JSON. */
  readonly value: string
  readonly oldValue?: string
  readonly keyChangeTo?: string
  readonly keyChangeFrom?: string
  /** 1 for the second message of one change. */
  readonly sub: 0 | 1
}

/** What a change of the table means for the shape: no, one or two messages. */
export type ChangeReader = (change: Change) => ShapeMessage[]

/**
 * Whether a relation as the stream announces it still has every column that the shape was made with, unchanged. A shape
 * of all columns doesn't outlive a new one; a shape of chosen columns does.
 */
export function fitsRelation(definition: ShapeDefinition, relation: Relation): boolean {
  const { table, spec, columns, keyColumns, where } = definition
  if (relation.identity !== 'f' || relation.schema !== table.schema || relation.name !== table.name) return false
  const now = new Map(relation.columns.map((column) => [column.name, column]))
  if (spec.columns === null && now.size !== table.columns.length) return false
  const needed = new Set([...columns, ...keyColumns, ...(where?.columns ?? [])])
  return table.columns.every((column) => {
    if (!needed.has(column.name)) return true
    const current = now.get(column.name)
    return current?.typeOid === column.typeOid && current.typeModifier === column.typeModifier
  })
}

class Reader {
  readonly definition: ShapeDefinition
  readonly prefix: string
  /** The selected columns' names as JSON, with their places in a tuple. */
  readonly selected: readonly { readonly json: string; readonly index: number; readonly isKey: boolean }[]
  readonly keyIndexes: readonly number[]
  readonly matches: Predicate

  constructor(definition: ShapeDefinition, relation: Relation) {
    const indexes = new Map(relation.columns.map((column, index) => [column.name, index]))
    const indexOf = (name: string): number => indexes.get(name) ?? -1
    this.definition = definition
    this.prefix = keyPrefix(definition.table.schema, definition.table.name)
    this.keyIndexes = definition.keyColumns.map(indexOf)
    this.selected = definition.columns.map((name) => ({
      json: `${JSON.stringify(name)}:`,
      index: indexOf(name),
      isKey: definition.keyColumns.includes(name),
    }))
    this.matches = definition.where?.bind(indexOf) ?? (() => true)
  }

  key(tuple: Tuple): string {
    return rowKey(
      this.prefix,
      this.keyIndexes.map((index) => tuple[index]),
    )
  }
  value(tuple: Tuple, wanted: (index: number, isKey: boolean) => boolean = () => true): string {
    const parts: string[] = []
    for (const { json, index, isKey } of this.selected) {
      if (wanted(index, isKey)) parts.push(json + jsonTextOrNull(tuple[index]))
    }
    return `{${parts.join(',')}}`
  }
  insert(row: Tuple): ShapeMessage {
    return { operation: 'insert', key: this.key(row), value: this.value(row), sub: 0 }
  }
  delete(old: Tuple): ShapeMessage {
    const isFull = this.definition.spec.replica === 'full'
    const value = this.value(old, isFull ? undefined : (_index, isKey) => isKey)
    return { operation: 'delete', key: this.key(old), value, sub: 0 }
  }
  update(old: Tuple, row: Tuple): ShapeMessage[] {
    const before = this.key(old)
    const key = this.key(row)
    if (before !== key)
      return [
        { ...this.delete(old), keyChangeTo: key },
        { ...this.insert(row), keyChangeFrom: before, sub: 1 },
      ]
    const changed = (index: number): boolean => old[index] !== row[index]
    if (!this.selected.some(({ index }) => changed(index))) return []
    if (this.definition.spec.replica === 'full')
      return [{ operation: 'update', key, value: this.value(row), oldValue: this.value(old, changed), sub: 0 }]
    return [{ operation: 'update', key, value: this.value(row, (index, isKey) => isKey || changed(index)), sub: 0 }]
  }
  read(change: Change): ShapeMessage[] {
    if (change.kind === 'insert') return this.matches(change.row) ? [this.insert(change.row)] : []
    if (change.kind === 'delete') return this.matches(change.old) ? [this.delete(change.old)] : []
    const old = change.old ?? []
    const row = change.row.map((value, index) => (value === undefined ? old[index] : value))
    const was = this.matches(old) === true
    const is = this.matches(row) === true
    if (was && is) return this.update(old, row)
    return is ? [this.insert(row)] : was ? [this.delete(old)] : []
  }
}

/** Reads a table's changes for one shape. The relation must fit it, and old rows be full. */
export function createChangeReader(definition: ShapeDefinition, relation: Relation): ChangeReader {
  const reader = new Reader(definition, relation)
  return (change) => reader.read(change)
}

/** The JSON of a log message in two parts: `"last":true,` goes between them on a transaction's last message. */
export function messageText(
  message: ShapeMessage,
  definition: ShapeDefinition,
  at: { readonly lsn: number; readonly op: number; readonly xid: number },
): { readonly head: string; readonly tail: string } {
  const { schema, name } = definition.table
  const to = message.keyChangeTo === undefined ? '' : `,"key_change_to":${jsonText(message.keyChangeTo)}`
  const from = message.keyChangeFrom === undefined ? '' : `,"key_change_from":${jsonText(message.keyChangeFrom)}`
  const old = message.oldValue === undefined ? '' : `,"old_value":${message.oldValue}`
  const relation = `[${JSON.stringify(schema)},${JSON.stringify(name)}]`
  return {
    head: `{"value":${message.value},"key":${jsonText(message.key)},"headers":{`,
    tail: `"relation":${relation},"operation":"${message.operation}","lsn":"${at.lsn}","op_position":${at.op},"txids":[${at.xid}]${to}${from}}${old}}`,
  }
}
