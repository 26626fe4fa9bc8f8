import type { Accelerator } from '../wire.ts'

/** Chooses menu items by their key combinations, as the window's own menu would in Electron. */
export function listenForAccelerators(choose: (id: number) => void): (list: Accelerator[]) => void {
  let accelerators: Accelerator[] = []
  window.addEventListener(
    'keydown',
    (event) => {
      const pressed = accelerators.find(
        (each) =>
          each.key === event.key.toLowerCase() &&
          each.control === event.ctrlKey &&
          each.shift === event.shiftKey &&
          each.alt === event.altKey &&
          each.meta === event.metaKey,
      )
      if (!pressed) return
      event.preventDefault()
      event.stopImmediatePropagation()
      choose(pressed.id)
    },
    true,
  )
  return (list) => {
    accelerators = list
  }
}
