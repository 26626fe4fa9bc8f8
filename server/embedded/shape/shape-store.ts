import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { defineShape, shapeKey } from './definition.ts'
import { syncDir, writeDurably, writeDurablyAsync } from './durable-file.ts'
import { ShapeLog } from './log/shape-log.ts'
import { formatOffset, parseOffset } from './offset.ts'
import { readSpec } from './request.ts'
import { Shape } from './shape.ts'
import { SnapshotFiles } from './snapshot-files.ts'
import { Table } from './table.ts'
import type { IsVisible } from './visibility.ts'
import { printWhere } from './where/print.ts'

const StoredShape = z.object({
  version: z.literal(1),
  /** The definition as a query string. */
  query: z.string(),
  table: Table,
  snapshot: z.object({ xmin: z.number(), xmax: z.number(), xip: z.array(z.number()), lsn: z.number() }),
  chunks: z.number(),
  trimmed: z.string().nullable(),
  retired: z.boolean(),
})

const StreamState = z.object({
  version: z.literal(1),
  system: z.string(),
  /** Every change before it is in the logs, on disk. */
  flushedLsn: z.number(),
})
export type StreamState = { readonly system: string; readonly flushedLsn: number }

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

function queryOf(shape: Shape): string {
  const { spec } = shape.parts.definition
  const query = new URLSearchParams({
    table: `${quoted(spec.table.schema)}.${quoted(spec.table.name)}`,
    replica: spec.replica,
  })
  if (spec.where) query.set('where', printWhere(spec.where))
  if (spec.columns) query.set('columns', spec.columns.map(quoted).join(','))
  for (const [index, value] of spec.params) query.set(`params[${index}]`, value)
  return query.toString()
}

/** The folder that everything is kept in: `stream.json`, and a folder for each handle. */
export class ShapeStore {
  readonly #dir: string
  readonly #maxLogBytes: number

  constructor(dir: string, maxLogBytes: number) {
    this.#dir = dir
    this.#maxLogBytes = maxLogBytes
    mkdirSync(path.join(dir, 'shapes'), { recursive: true, mode: 0o700 })
  }

  dirOf(handle: string): string {
    return path.join(this.#dir, 'shapes', handle)
  }

  create(handle: string): { readonly dir: string; readonly files: SnapshotFiles; readonly log: ShapeLog } {
    const dir = this.dirOf(handle)
    mkdirSync(dir, { mode: 0o700 })
    return { dir, files: new SnapshotFiles(dir, null), log: new ShapeLog(dir, this.#maxLogBytes) }
  }

  /** Keeps a shape whose snapshot is complete. One without this file is dropped at the next start. */
  save(shape: Shape): void {
    const { definition, snapshot, files, dir } = shape.parts
    const stored: z.infer<typeof StoredShape> = {
      version: 1,
      query: queryOf(shape),
      table: definition.table,
      snapshot: { ...snapshot, xip: [...snapshot.xip] },
      chunks: files.chunks,
      trimmed: shape.trimmed && formatOffset(shape.trimmed),
      retired: shape.retired,
    }
    writeDurably(path.join(dir, 'shape.json'), JSON.stringify(stored))
    syncDir(path.dirname(dir))
  }

  remove(handle: string): void {
    const dir = this.dirOf(handle)
    // The description goes first: a folder half removed must not look like a shape.
    rmSync(path.join(dir, 'shape.json'), { force: true })
    rmSync(dir, { recursive: true, force: true })
  }

  /** The shapes of an earlier process. What is incomplete or damaged is removed; its clients start again. */
  load(isVisible: IsVisible, nowMs: number): Shape[] {
    return readdirSync(path.join(this.#dir, 'shapes')).flatMap((handle) => {
      try {
        return [this.#loadShape(handle, isVisible, nowMs)]
      } catch {
        this.remove(handle)
        return []
      }
    })
  }

  #loadShape(handle: string, isVisible: IsVisible, nowMs: number): Shape {
    const dir = this.dirOf(handle)
    const stored = StoredShape.parse(JSON.parse(readFileSync(path.join(dir, 'shape.json'), 'utf8')))
    const spec = readSpec(new URLSearchParams(stored.query))
    const definition = defineShape(spec, stored.table)
    const files = new SnapshotFiles(dir, stored.chunks)
    if (!files.hasAllFiles()) throw new Error('a snapshot file is missing')
    const parts = {
      handle,
      key: shapeKey(spec),
      definition,
      dir,
      snapshot: stored.snapshot,
      files,
      log: new ShapeLog(dir, this.#maxLogBytes),
    }
    const shape = new Shape(parts, isVisible, nowMs)
    shape.trimmed = stored.trimmed === null ? null : parseOffset(stored.trimmed)
    shape.retired = stored.retired
    return shape
  }

  get #stateFile(): string {
    return path.join(this.#dir, 'stream.json')
  }

  loadState(): StreamState | null {
    if (!existsSync(this.#stateFile)) return null
    const { system, flushedLsn } = StreamState.parse(JSON.parse(readFileSync(this.#stateFile, 'utf8')))
    return { system, flushedLsn }
  }

  saveState(state: StreamState): Promise<void> {
    return writeDurablyAsync(this.#stateFile, JSON.stringify({ version: 1, ...state }))
  }
}
