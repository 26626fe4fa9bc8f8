import type { Accelerator } from '../wire.ts'
import { onOrder } from './control.ts'

type Click = (item: MenuItem, window: unknown, event: object) => void

/** The parts of Electron's menu item options that carry behaviour here. */
export type MenuItemOptions = {
  id?: string
  label?: string
  role?: string
  type?: string
  accelerator?: string
  enabled?: boolean
  visible?: boolean
  checked?: boolean
  click?: Click
  submenu?: MenuItemOptions[]
}

export class MenuItem {
  readonly id: string | undefined
  readonly label: string
  readonly role: string | undefined
  readonly accelerator: string | undefined
  readonly submenu: Menu | undefined
  enabled: boolean
  visible: boolean
  checked: boolean
  readonly #click: Click | undefined

  constructor(options: MenuItemOptions) {
    this.id = options.id
    this.label = options.label ?? options.role ?? ''
    this.role = options.role
    this.accelerator = options.accelerator
    this.enabled = options.enabled ?? true
    this.visible = options.visible ?? true
    this.checked = options.checked ?? false
    this.#click = options.click
    this.submenu = options.submenu && Menu.buildFromTemplate(options.submenu)
  }

  click(): void {
    if (this.enabled) this.#click?.(this, applicationWindow(), {})
  }
}

export class Menu {
  readonly items: MenuItem[] = []

  static buildFromTemplate(template: readonly MenuItemOptions[]): Menu {
    const menu = new Menu()
    menu.items.push(...template.map((options) => new MenuItem(options)))
    return menu
  }

  static setApplicationMenu(menu: Menu | null): void {
    applicationMenu = menu
    for (const listener of listeners) listener(accelerators())
  }

  static getApplicationMenu(): Menu | null {
    return applicationMenu
  }

  append(item: MenuItem): void {
    this.items.push(item)
  }

  getMenuItemById(id: string): MenuItem | null {
    return allItems(this).find((item) => item.id === id) ?? null
  }

  popup(): void {}
}

let applicationMenu: Menu | null = null
let applicationWindow: () => unknown = () => undefined
const listeners: ((list: Accelerator[]) => void)[] = []

function allItems(menu: Menu): MenuItem[] {
  return menu.items.flatMap((item) => (item.submenu ? [item, ...allItems(item.submenu)] : [item]))
}

/** An accelerator such as `CmdOrCtrl+Shift+N` as the keyboard event that it stands for. */
export function parseAccelerator(text: string, platform: NodeJS.Platform): Omit<Accelerator, 'id'> {
  const parts = text.toLowerCase().split('+')
  const key = parts.pop() ?? ''
  const has = (...names: string[]) => names.some((name) => parts.includes(name))
  const command = has('cmdorctrl', 'commandorcontrol')
  const mac = platform === 'darwin'
  return {
    key: key === 'plus' ? '+' : key,
    control: has('ctrl', 'control') || (command && !mac),
    meta: has('cmd', 'command', 'super', 'meta') || (command && mac),
    shift: has('shift'),
    alt: has('alt', 'option'),
  }
}

/** The application menu's key combinations, by the item's place in the menu. Roles (copy, paste …) are the browser's own. */
export function accelerators(): Accelerator[] {
  if (!applicationMenu) return []
  return allItems(applicationMenu).flatMap((item, id) =>
    item.accelerator && !item.role ? [{ id, ...parseAccelerator(item.accelerator, process.platform) }] : [],
  )
}

/** A key combination was pressed in a window. */
export function chooseAccelerator(id: number): void {
  if (applicationMenu) allItems(applicationMenu)[id]?.click()
}

/** Tells windows of a changed menu, and the menu which window it acts on. */
export function connectMenu(focused: () => unknown, onChange: (list: Accelerator[]) => void): void {
  applicationWindow = focused
  listeners.push(onChange)
}

onOrder('menu', ({ id }) => applicationMenu?.getMenuItemById(id)?.click())
