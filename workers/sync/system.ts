import { randomBytes } from 'node:crypto'
import type { Clock } from '../../core/clock.ts'
import type { Random } from '../../core/random.ts'

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (delayMs, work) => {
    const timer = setTimeout(work, delayMs)
    return () => clearTimeout(timer)
  },
}

/** Uniform numbers from the system's cryptographic source: 48 bits each. */
export const secureRandom: Random = () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48
