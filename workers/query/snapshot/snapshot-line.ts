import {
  CREDIT,
  type FromQueryWorker,
  type SnapshotBytes,
  type ToQueryWorker,
} from '../../../core/protocol/query-port.ts'
import type { Engine } from '../engine.ts'
import { cutSections, SectionJoiner } from './sections.ts'

export type SnapshotMessage = Extract<ToQueryWorker, { t: 'snapshot' | 'snapshot-bytes' | 'save-snapshot' | 'more' }>

/** A snapshot on its way out. */
interface Saving {
  readonly save: number
  /** Null until it is begun. */
  pieces: Generator<SnapshotBytes, string> | null
  credit: number
}

/** Both ways of column snapshots over one line: what comes goes into the engine, and what is asked for is sent. */
export class SnapshotLine {
  private readonly engine: Engine
  private readonly post: (message: FromQueryWorker) => void
  private coming: SectionJoiner | null = null
  private saving: Saving | null = null

  constructor(engine: Engine, post: (message: FromQueryWorker) => void) {
    this.engine = engine
    this.post = post
  }

  /**
   * Does what a message asks for; the answer is work to be done in slices.
   *
   * @throws SnapshotRefused, also while the work is done
   */
  take(message: SnapshotMessage): Generator<undefined, void> | undefined {
    switch (message.t) {
      case 'snapshot':
        this.coming = new SectionJoiner(this.engine.layout, message.manifest)
        return this.comeWhole()
      case 'snapshot-bytes':
        this.post({ t: 'ack' })
        this.coming?.take(message.bytes)
        return this.comeWhole()
      case 'save-snapshot':
        this.saving = { save: message.save, pieces: null, credit: CREDIT }
        return undefined
      case 'more':
        if (this.saving?.save !== message.save) return undefined
        this.saving.credit++
        return this.send(this.saving)
    }
  }

  /** Upkeep has nothing left to do: a snapshot that was asked for holds sorted orders now, and is begun. */
  tidied(): Generator<undefined, void> | undefined {
    if (!this.saving || this.saving.pieces) return undefined
    this.saving.pieces = cutSections(this.engine.layout, this.engine.snapshot())
    return this.send(this.saving)
  }

  /** Rows are about to change: a snapshot half sent would be of two states. */
  changed(): void {
    if (!this.saving) return
    this.post({ t: 'snapshot-dropped', save: this.saving.save })
    this.saving = null
  }

  private comeWhole(): Generator<undefined, void> | undefined {
    if (!this.coming?.done) return undefined
    const sections = this.coming.join()
    this.coming = null
    return this.engine.restore(sections)
  }

  private *send(saving: Saving): Generator<undefined, void> {
    const { save, pieces } = saving
    while (pieces && saving.credit > 0) {
      const step = pieces.next()
      if (step.done) {
        this.post({ t: 'snapshot-end', save, manifest: step.value })
        this.saving = null
        return
      }
      saving.credit--
      this.post({ t: 'snapshot-piece', save, bytes: step.value })
      yield
    }
  }
}
