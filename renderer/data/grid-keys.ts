/** Where a key moves the active row to; null where the key does not move it. `active` -1 = none yet. */
export const movedRow = (key: string, active: number, total: number, pageRows: number): number | null => {
  if (total === 0) return null
  const clamp = (row: number): number => Math.max(0, Math.min(row, total - 1))
  switch (key) {
    case 'ArrowDown':
    case 'j':
      return clamp(active + 1)
    case 'ArrowUp':
    case 'k':
      return clamp(active < 0 ? 0 : active - 1)
    case 'PageDown':
      return clamp(Math.max(active, 0) + pageRows)
    case 'PageUp':
      return clamp(active - pageRows)
    case 'Home':
      return 0
    case 'End':
      return total - 1
    default:
      return null
  }
}
