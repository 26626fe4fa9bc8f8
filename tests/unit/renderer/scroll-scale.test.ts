import { describe, expect, it } from 'vitest'
import {
  MAX_SCROLL_HEIGHT,
  offsetForRow,
  SLICE_ROWS,
  scrollScale,
  sliceStart,
  toReal,
  toVirtual,
} from '../../../renderer/data/scroll-scale.ts'

const ROW = 36
const VIEWPORT = 720

describe('the scroll range', () => {
  it('is the list itself while Chromium can show it', () => {
    const scale = scrollScale(50_000, ROW, VIEWPORT)
    expect(scale.scrollHeight).toBe(50_000 * ROW)
    for (const offset of [0, 1, 17.5, 900_000, 50_000 * ROW - VIEWPORT]) {
      expect(toVirtual(scale, offset)).toBe(offset)
      expect(toReal(scale, offset)).toBe(offset)
    }
  })

  it.each([833_334, 1_000_000, 5_000_000])('reaches both ends of %i rows', (rows) => {
    const scale = scrollScale(rows, ROW, VIEWPORT)
    expect(scale.scrollHeight).toBe(MAX_SCROLL_HEIGHT)
    expect(toVirtual(scale, 0)).toBe(0)
    expect(toVirtual(scale, MAX_SCROLL_HEIGHT - VIEWPORT)).toBeCloseTo(rows * ROW - VIEWPORT, 3)
    for (const row of [0, 1, 4_711, rows / 2, rows - 21]) {
      expect(toVirtual(scale, toReal(scale, row * ROW))).toBeCloseTo(row * ROW, 3)
    }
  })

  it('never leaves the list', () => {
    const scale = scrollScale(1_000_000, ROW, VIEWPORT)
    expect(toVirtual(scale, -50)).toBe(0)
    expect(toVirtual(scale, MAX_SCROLL_HEIGHT * 2)).toBe(1_000_000 * ROW - VIEWPORT)
    expect(toVirtual(scrollScale(3, ROW, VIEWPORT), 100)).toBe(0)
  })

  it('brings a row into view with the least movement', () => {
    const scale = scrollScale(1000, ROW, VIEWPORT)
    expect(offsetForRow(scale, 360, 10, ROW)).toBeNull()
    expect(offsetForRow(scale, 360, 9, ROW)).toBe(324)
    expect(offsetForRow(scale, 360, 29, ROW)).toBeNull()
    expect(offsetForRow(scale, 360, 30, ROW)).toBe(396)
  })
})

describe('the slice given to the virtualizer', () => {
  it('is everything of a short list', () => {
    for (const offset of [0, 5_000, 140_000]) expect(sliceStart(offset, SLICE_ROWS, ROW)).toBe(0)
  })

  it.each([5_000, 1_000_000])('holds the viewport and a margin at every place of %i rows', (rows) => {
    for (let row = 0; row < rows; row += Math.ceil(rows / 997)) {
      const start = sliceStart(Math.min(row, rows - 20) * ROW, rows, ROW)
      expect(start).toBeLessThanOrEqual(Math.max(0, row - 8))
      expect(start).toBeGreaterThanOrEqual(0)
      expect(start + SLICE_ROWS).toBeLessThanOrEqual(rows)
      expect(start + SLICE_ROWS).toBeGreaterThanOrEqual(Math.min(rows, row + 100))
    }
  })
})
