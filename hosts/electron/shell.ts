import { deed } from './control.ts'

/** Electron's `shell`: nothing leaves the window; the launcher is told what would have. */
export const shell = {
  async openExternal(url: string): Promise<void> {
    deed('shell.openExternal', url)
  },
  async openPath(path: string): Promise<string> {
    deed('shell.openPath', path)
    return ''
  },
  showItemInFolder(path: string): void {
    deed('shell.showItemInFolder', path)
  },
  beep(): void {},
}
