import { Menu, type MenuItemConstructorOptions } from 'electron'
import type { Events } from '../core/protocol/window-api.ts'

type Command = Events['command']['name']

/** The application menu. Commands go to the page, which knows what is on screen. */
export function menuTemplate(
  platform: NodeJS.Platform,
  command: (name: Command) => void,
  showLog: () => void,
): MenuItemConstructorOptions[] {
  const item = (name: Command, label: string, accelerator?: string): MenuItemConstructorOptions => ({
    id: name,
    label,
    ...(accelerator === undefined ? {} : { accelerator }),
    click: () => command(name),
  })
  const mac = platform === 'darwin'
  const settings = item('settings', 'Settings…', 'CmdOrCtrl+,')
  const separator: MenuItemConstructorOptions = { type: 'separator' }
  const appMenu: MenuItemConstructorOptions = {
    label: 'Outpost',
    submenu: [
      { role: 'about' },
      separator,
      settings,
      separator,
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      separator,
      { role: 'quit' },
    ],
  }
  return [
    ...(mac ? [appMenu] : []),
    {
      label: '&File',
      submenu: [
        item('new-account', 'New Account…', 'CmdOrCtrl+N'),
        item('import', 'Import CSV…', 'CmdOrCtrl+Shift+I'),
        separator,
        ...(mac ? [{ role: 'close' } as const] : [settings, separator, { role: 'quit' } as const]),
      ],
    },
    {
      label: '&Edit',
      submenu: [
        { role: 'undo' },
        { role: 'redo' },
        separator,
        { role: 'cut' },
        { role: 'copy' },
        { role: 'paste' },
        { role: 'selectAll' },
        separator,
        item('find', 'Find', 'CmdOrCtrl+F'),
      ],
    },
    {
      label: '&View',
      submenu: [
        item('needs-attention', 'Needs Attention', 'CmdOrCtrl+Shift+A'),
        separator,
        { role: 'reload' },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        separator,
        { role: 'togglefullscreen' },
      ],
    },
    { label: '&Help', submenu: [{ id: 'show-log', label: 'Show Log File', click: showLog }] },
  ]
}

/** Puts the application menu up. */
export function installMenu(command: (name: Command) => void, showLog: () => void): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(process.platform, command, showLog)))
}
