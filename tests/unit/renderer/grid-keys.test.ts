import { describe, expect, it } from 'vitest'
import { movedRow } from '../../../renderer/data/grid-keys.ts'

describe('keys of a list', () => {
  it.each([
    ['ArrowDown', -1, 0],
    ['ArrowDown', 3, 4],
    ['ArrowDown', 99, 99],
    ['ArrowUp', 3, 2],
    ['ArrowUp', 0, 0],
    ['ArrowUp', -1, 0],
    ['j', 3, 4],
    ['k', 3, 2],
    ['PageDown', -1, 20],
    ['PageDown', 95, 99],
    ['PageUp', 30, 10],
    ['PageUp', 5, 0],
    ['Home', 50, 0],
    ['End', 50, 99],
    ['x', 50, null],
  ])('%s on row %i of 100 goes to %j', (key, active, to) => expect(movedRow(key, active, 100, 20)).toBe(to))

  it('goes nowhere in an empty list', () => {
    for (const key of ['ArrowDown', 'End', 'PageDown']) expect(movedRow(key, -1, 0, 20)).toBeNull()
  })
})
