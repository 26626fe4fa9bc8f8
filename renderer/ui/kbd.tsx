import './kbd.css'

const MAC = navigator.platform.startsWith('Mac')

/** A key or chord, e.g. `Mod+F`: ⌘F on a Mac, Ctrl+F elsewhere. */
export const Kbd = ({ keys }: { keys: string }) => (
  <kbd className="kbd">{MAC ? keys.replace('Mod+', '⌘').replace('Shift+', '⇧') : keys.replace('Mod', 'Ctrl')}</kbd>
)
