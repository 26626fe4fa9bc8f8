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
  readonly pieces: Generator<SnapshotBytes, string>
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
        this.saving = {
          save: message.save,
          pieces: cutSections(this.engine.layout, this.engine.snapshot()),
          credit: CREDIT,
        }
        return this.send(this.saving)
      case 'more':
        if (this.saving?.save !== message.save) return undefined
        this.saving.credit++
        return this.send(this.saving)
    }
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
    while (saving.credit > 0) {
      const { save } = saving
      const step = saving.pieces.next()
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
