import type { Random } from './random.ts'

const hex = (value: number, digits: number): string => Math.floor(value).toString(16).padStart(digits, '0')

/**
 * A UUIDv7 (RFC 9562 §5.7): 48 bits of epoch milliseconds, then random bits, so that ids made later sort later.
 *
 * @param nowMs epoch milliseconds
 * @param random uniform source; pass a cryptographic one for ids that must not collide between clients
 */
export const uuidv7 = (nowMs: number, random: Random): string => {
  const time = hex(nowMs, 12)
  const a = hex(random() * 0x1000, 3)
  const b = hex(0x8000 + random() * 0x4000, 4)
  const tail = hex(random() * 0x1000000, 6) + hex(random() * 0x1000000, 6)
  return `${time.slice(0, 8)}-${time.slice(8, 12)}-7${a}-${b}-${tail}`
}
