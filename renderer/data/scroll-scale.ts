/**
 * Chromium clamps an element's height at 33,554,428 px, so the scroll range of a very long list is squeezed: the
 * scrollbar moves through `scrollHeight` pixels while the list moves through `fullHeight`. Offsets of the scrollbar are
 * "real", offsets in the list "virtual"; both in pixels.
 */
export const MAX_SCROLL_HEIGHT = 30_000_000

export interface ScrollScale {
  readonly fullHeight: number
  readonly scrollHeight: number
  readonly viewport: number
}

export const scrollScale = (rows: number, rowHeight: number, viewport: number): ScrollScale => {
  const fullHeight = rows * rowHeight
  return { fullHeight, scrollHeight: Math.min(fullHeight, MAX_SCROLL_HEIGHT), viewport }
}

const ratio = (scale: ScrollScale): number => {
  const real = scale.scrollHeight - scale.viewport
  return real > 0 ? (scale.fullHeight - scale.viewport) / real : 1
}

/** Where in the list the scrollbar's position is. */
export const toVirtual = (scale: ScrollScale, real: number): number =>
  Math.max(0, Math.min(real * ratio(scale), scale.fullHeight - scale.viewport))

/** The scrollbar's position for a place in the list. */
export const toReal = (scale: ScrollScale, virtual: number): number => virtual / ratio(scale)

/** The virtual offset that brings a row fully into view with the least movement; null where it is in view. */
export const offsetForRow = (scale: ScrollScale, offset: number, row: number, rowHeight: number): number | null => {
  const top = row * rowHeight
  if (top < offset) return top
  const bottom = top + rowHeight
  return bottom > offset + scale.viewport ? bottom - scale.viewport : null
}

/** Rows that the virtualizer spans at once: its work on a change of the total is bounded by this, not by the total. */
export const SLICE_ROWS = 4096

/** The first row of the slice around a virtual offset; it moves in quarter slices. */
export const sliceStart = (offset: number, rows: number, rowHeight: number): number => {
  if (rows <= SLICE_ROWS) return 0
  const step = SLICE_ROWS / 4
  const first = Math.floor(offset / rowHeight / step) * step - step
  return Math.max(0, Math.min(first, rows - SLICE_ROWS))
}
