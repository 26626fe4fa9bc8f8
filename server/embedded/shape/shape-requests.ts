import { type Answer, chunkAnswer, emptyAnswer, logAnswer, mustRefetch } from './answer.ts'
import { nextCursor } from './cursor.ts'
import { BEFORE_LOG, compareOffsets, isSnapshotOffset, type Offset } from './offset.ts'
import type { ShapeRequest } from './request.ts'
import { invalid, RequestError, unavailable } from './request-error.ts'
import type { Shape, ShapeEvent } from './shape.ts'
import type { ShapeEngine } from './shape-engine.ts'

export type RequestLimits = {
  /** How long a live request waits for a change. */
  readonly liveTimeoutMs: number
  /** How long a request waits for Postgres before it is answered 503. */
  readonly connectionWaitMs: number
  readonly chunkBytes: number
  readonly now: () => number
  readonly random: () => number
}

type Wait = ShapeEvent | { readonly kind: 'timeout' }

/** Answers shape requests out of the engine's shapes. Errors: `RequestError`. */
export class ShapeRequests {
  readonly #engine: ShapeEngine
  readonly #limits: RequestLimits
  #unique = 0
  /** How many requests wait for a change right now. */
  waiting = 0

  constructor(engine: ShapeEngine, limits: RequestLimits) {
    this.#engine = engine
    this.#limits = limits
  }

  async answer(request: ShapeRequest, signal: AbortSignal): Promise<Answer> {
    await this.#engine.whenActive(this.#limits.connectionWaitMs)
    if (request.offset === 'start') return this.#fromStart(request)
    if (request.offset === 'now') return this.#fromNow(request)
    const shape = this.#engine.byHandle(request.handle ?? '', request.spec)
    if (!shape || shape.isTrimmed(request.offset)) return mustRefetch((await this.#engine.current(request.spec)).handle)
    if (request.liveSse) throw invalid('live_sse', 'is not supported by the embedded shape endpoint')
    return isSnapshotOffset(request.offset)
      ? this.#fromChunk(shape, request, request.offset, signal)
      : this.#fromLog(shape, request, request.offset, signal)
  }

  async #fromStart(request: ShapeRequest): Promise<Answer> {
    const shape = await this.#engine.current(request.spec)
    const outcome = await shape.parts.files.waitFor(0)
    if (outcome !== 'ready') throw unavailable('The snapshot could not be finished', 5)
    return chunkAnswer(shape, request, 0)
  }

  async #fromNow(request: ShapeRequest): Promise<Answer> {
    const shape = await this.#engine.current(request.spec)
    return this.#nothing(shape, request, shape.parts.log.last)
  }

  async #fromChunk(shape: Shape, request: ShapeRequest, offset: Offset, signal: AbortSignal): Promise<Answer> {
    const next = offset.op + 1
    const outcome = await shape.parts.files.waitFor(next)
    if (outcome === 'failed') return mustRefetch(null)
    if (outcome === 'ready') return chunkAnswer(shape, request, next)
    return this.#fromLog(shape, request, BEFORE_LOG, signal)
  }

  async #fromLog(shape: Shape, request: ShapeRequest, offset: Offset, signal: AbortSignal): Promise<Answer> {
    if (compareOffsets(offset, shape.parts.log.last) > 0 && !(await this.#reaches(shape, offset, signal)))
      throw invalid('offset', 'out of bounds for this shape')
    if (shape.gone) return mustRefetch(null)
    if (!request.live || compareOffsets(offset, shape.parts.log.last) < 0) return this.#read(shape, request, offset)
    const wait = await this.#wait(shape, this.#limits.liveTimeoutMs, signal)
    if (wait.kind === 'gone') return mustRefetch(null)
    if (wait.kind === 'timeout') return this.#nothing(shape, request, offset)
    const { body, last } = wait.committed
    if (!body || body.length > this.#limits.chunkBytes) return this.#read(shape, request, offset)
    return logAnswer(shape, request, {
      messages: [body],
      offset: last,
      seenLsn: last.lsn,
      cursor: this.#cursor(request),
    })
  }

  /** A client may be ahead of a log that a crash cut short; what is missing comes again through the stream. */
  async #reaches(shape: Shape, offset: Offset, signal: AbortSignal): Promise<boolean> {
    const deadline = this.#limits.now() + this.#limits.liveTimeoutMs / 2
    for (;;) {
      const left = deadline - this.#limits.now()
      if (left <= 0) return false
      const wait = await this.#wait(shape, left, signal)
      if (wait.kind === 'gone' || compareOffsets(offset, shape.parts.log.last) <= 0) return true
      if (wait.kind === 'timeout') return false
    }
  }

  #read(shape: Shape, request: ShapeRequest, offset: Offset): Answer {
    // A transaction larger than the log's bound may have pushed out what this client was waiting for.
    if (shape.gone || shape.isTrimmed(offset)) return mustRefetch(null)
    const { messages, last, more } = shape.parts.log.read(offset, this.#limits.chunkBytes)
    return logAnswer(shape, request, {
      messages,
      offset: last,
      seenLsn: more ? null : Math.max(this.#engine.feed.lastLsn, last.lsn),
      cursor: this.#cursor(request),
    })
  }

  #nothing(shape: Shape, request: ShapeRequest, offset: Offset): Answer {
    this.#unique += 1
    return emptyAnswer(shape, request, {
      messages: [],
      offset,
      seenLsn: Math.max(this.#engine.feed.lastLsn, offset.lsn),
      cursor: this.#cursor(request),
      unique: -this.#limits.now() - this.#unique,
    })
  }

  #cursor(request: ShapeRequest): number | null {
    const { now, liveTimeoutMs, random } = this.#limits
    return request.live ? nextCursor(now(), liveTimeoutMs, request.cursor, random) : null
  }

  /** The next event of the shape, taken down at that very moment: a later one belongs to the next request. */
  #wait(shape: Shape, timeoutMs: number, signal: AbortSignal): Promise<Wait> {
    this.waiting += 1
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        this.waiting -= 1
        clearTimeout(timer)
        stop()
        signal.removeEventListener('abort', onAbort)
        settle()
      }
      const onAbort = (): void => end(() => reject(new RequestError(499, { message: 'The client left' })))
      const stop = shape.listen((event) => end(() => resolve(event)))
      const timer = setTimeout(() => end(() => resolve({ kind: 'timeout' })), timeoutMs)
      signal.addEventListener('abort', onAbort)
      if (signal.aborted) onAbort()
    })
  }
}
