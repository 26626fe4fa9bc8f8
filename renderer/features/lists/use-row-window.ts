import { useVirtualizer } from '@tanstack/react-virtual'
import { type RefObject, useCallback, useLayoutEffect, useReducer, useRef } from 'react'
import { offsetForRow, SLICE_ROWS, scrollScale, sliceStart, toReal, toVirtual } from '../../data/scroll-scale.ts'

export const ROW_HEIGHT = 36
export const HEADER_HEIGHT = 32

/** The rows on screen and where they stand. */
export interface RowWindow {
  readonly first: number
  readonly last: number
  readonly height: number
  readonly pageRows: number
  /** Is any of it to be seen? The others are there for the next movement. */
  inSight(row: number): boolean
  /** A row's top in the scrolled element, in pixels. */
  topOf(row: number): number
  /** Scrolls a row into view with the least movement. */
  reveal(row: number): void
  toTop(): void
}

/**
 * Which of `rows` fixed-height rows are on screen. The virtualizer is given a bounded slice around the viewport, since
 * it measures every row it is given whenever their number changes; beyond Chromium's greatest height the scroll range
 * is scaled.
 */
export const useRowWindow = (scroller: RefObject<HTMLElement | null>, rows: number): RowWindow => {
  const place = useRef({ start: 0, shift: 0, offset: 0 })
  // As last observed: asked of the element while it is drawn, they would make the browser lay the page out in between.
  const seen = useRef({ height: 0, top: 0 })
  const [, redraw] = useReducer((n: number) => n + 1, 0)
  const count = useRef(rows)
  count.current = rows
  const scale = useCallback(
    () => scrollScale(count.current, ROW_HEIGHT, Math.max(0, seen.current.height - HEADER_HEIGHT)),
    [],
  )
  const settle = useCallback((): number => {
    const real = seen.current.top
    const offset = toVirtual(scale(), real)
    const start = sliceStart(offset, count.current, ROW_HEIGHT)
    const shift = Math.min(real, scale().scrollHeight) - offset
    const moved = start !== place.current.start || shift !== place.current.shift
    place.current = { start, shift: count.current * ROW_HEIGHT === scale().scrollHeight ? 0 : shift, offset }
    if (moved) redraw()
    return offset - start * ROW_HEIGHT
  }, [scale])

  const virtualizer = useVirtualizer<HTMLElement, HTMLElement>({
    count: Math.min(rows, SLICE_ROWS),
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
    useFlushSync: false,
    observeElementRect: (instance, tell) => {
      const element = instance.scrollElement
      if (!element) return
      const observe = (): void => {
        const { clientWidth: width, clientHeight: height } = element
        seen.current.height = height
        tell({ width, height })
      }
      const observer = new ResizeObserver(observe)
      observer.observe(element)
      observe()
      return () => observer.disconnect()
    },
    observeElementOffset: (instance, tell) => {
      const element = instance.scrollElement
      if (!element) return
      const observed = (scrolling: boolean) => (): void => {
        seen.current.top = element.scrollTop
        tell(settle(), scrolling)
      }
      const [onScroll, onEnd] = [observed(true), observed(false)]
      element.addEventListener('scroll', onScroll, { passive: true })
      element.addEventListener('scrollend', onEnd)
      onEnd()
      return () => {
        element.removeEventListener('scroll', onScroll)
        element.removeEventListener('scrollend', onEnd)
      }
    },
  })

  useLayoutEffect(() => {
    if (rows !== count.current) return
    // A list that became shorter may have been scrolled up by the browser; at its top nothing can have moved.
    if (seen.current.top > 0) seen.current.top = scroller.current?.scrollTop ?? 0
    settle()
  }, [rows, settle, scroller])

  const scrollTo = (real: number): void => {
    if (!scroller.current) return
    scroller.current.scrollTop = real
    seen.current.top = real
  }

  const items = virtualizer.getVirtualItems()
  const { start, shift } = place.current
  const viewport = scale().viewport
  return {
    first: start + (items[0]?.index ?? 0),
    last: Math.min(rows - 1, start + (items.at(-1)?.index ?? -1)),
    height: scrollScale(rows, ROW_HEIGHT, viewport).scrollHeight,
    pageRows: Math.max(1, Math.floor(viewport / ROW_HEIGHT) - 1),
    inSight: (row) =>
      (row + 1) * ROW_HEIGHT > place.current.offset && row * ROW_HEIGHT < place.current.offset + viewport,
    topOf: (row) => row * ROW_HEIGHT + shift,
    reveal: (row) => {
      const to = offsetForRow(scale(), place.current.offset, row, ROW_HEIGHT)
      if (to !== null) scrollTo(toReal(scale(), to))
    },
    toTop: () => {
      if (seen.current.top > 0) scrollTo(0)
    },
  }
}
