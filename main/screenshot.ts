import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { BrowserWindow } from 'electron'

const pollMs = 250
const longestMs = 30_000
/** Fonts and late columns settle before the picture is taken. */
const settleMs = 750

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Waits until the page shows rows of a list (or gives up waiting), then saves a picture of it as PNG. */
export async function saveScreenshot(window: BrowserWindow, path: string): Promise<void> {
  const hasRows = "document.querySelectorAll('[role=row], tr').length > 2"
  for (let waitedMs = 0; waitedMs < longestMs; waitedMs += pollMs) {
    if ((await window.webContents.executeJavaScript(hasRows)) === true) break
    await pause(pollMs)
  }
  await pause(settleMs)
  const picture = await window.webContents.capturePage()
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, picture.toPNG())
}
