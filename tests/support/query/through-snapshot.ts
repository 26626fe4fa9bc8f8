import type { SnapshotBytes } from '../../../core/protocol/query-port.ts'
import { createEngine, type Engine, type EngineOptions } from '../../../workers/query/engine.ts'
import { cutSections, SectionJoiner } from '../../../workers/query/snapshot/sections.ts'

/** An engine's snapshot as it is stored. */
export interface StoredSnapshot {
  readonly pieces: SnapshotBytes[]
  manifest: string
}

export const snapshotOf = (engine: Engine): StoredSnapshot => {
  const pieces: SnapshotBytes[] = []
  const cutting = cutSections(engine.layout, engine.snapshot())
  for (;;) {
    const step = cutting.next()
    if (step.done) return { pieces, manifest: step.value }
    pieces.push(step.value)
  }
}

/** Puts a stored snapshot into an engine. @throws SnapshotRefused */
export const restoreInto = (engine: Engine, { pieces, manifest }: StoredSnapshot): void => {
  const joiner = new SectionJoiner(engine.layout, manifest)
  for (const piece of pieces) joiner.take(piece)
  const work = engine.restore(joiner.join())
  while (!work.next().done);
}

/** A new engine with what the old one holds. */
export const throughSnapshot = (engine: Engine, options: EngineOptions): Engine => {
  const next = createEngine(options)
  restoreInto(next, snapshotOf(engine))
  return next
}
