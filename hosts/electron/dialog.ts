import type { DialogMethod } from '../control.ts'
import type { Prompt } from '../wire.ts'
import { deed, onOrder, tell } from './control.ts'
import { options } from './options.ts'
import { askInWindow } from './prompt.ts'
import { BrowserWindow } from './window.ts'

type MessageBox = {
  message: string
  detail?: string
  buttons?: string[]
  defaultId?: number
  cancelId?: number
  checkboxChecked?: boolean
}
type FileBox = { title?: string; defaultPath?: string; buttonLabel?: string; message?: string }
type Arguments<Options> = [BrowserWindow | undefined, Options] | [Options]

const scripted: { method: DialogMethod; result: object }[] = []

onOrder('answer-dialog', ({ method, result }) => {
  scripted.push({ method, result })
  tell({ type: 'dialog-scripted' })
})

function scriptedResult(method: DialogMethod): object | undefined {
  const index = scripted.findIndex((each) => each.method === method)
  return index < 0 ? undefined : scripted.splice(index, 1)[0]?.result
}

async function ask(prompt: Prompt) {
  const window = BrowserWindow.getFocusedWindow()
  if (options.dialogs === 'default' || !window) return undefined
  return askInWindow((id, question) => window.webContents.link.send({ type: 'prompt', id, prompt: question }), prompt)
}

async function askForPath({ title, defaultPath, buttonLabel, message }: FileBox): Promise<string | undefined> {
  const answer = await ask({
    message: title ?? message ?? 'Choose a file',
    detail: 'The path of the file',
    buttons: [buttonLabel ?? 'Open', 'Cancel'],
    cancel: 1,
    text: defaultPath ?? '',
  })
  return answer?.button === 0 && answer.text !== '' ? answer.text : undefined
}

/**
 * Electron's dialogs. An answer given in advance by the launcher comes first; then the window asks; with no window to ask in
 * (headless) a message box answers its `defaultId` (0 when it has none) and a file dialog is cancelled.
 */
export const dialog = {
  async showMessageBox(...args: Arguments<MessageBox>): Promise<object> {
    const box = args.length === 2 ? args[1] : args[0]
    deed('dialog.showMessageBox', box)
    const result = scriptedResult('showMessageBox')
    if (result) return result
    const buttons = box.buttons ?? ['OK']
    const cancel = box.cancelId ?? buttons.length - 1
    const answer = await ask({ message: box.message, detail: box.detail ?? '', buttons, cancel })
    return { response: answer?.button ?? box.defaultId ?? 0, checkboxChecked: box.checkboxChecked ?? false }
  },

  async showOpenDialog(...args: Arguments<FileBox>): Promise<object> {
    const box = args.length === 2 ? args[1] : args[0]
    deed('dialog.showOpenDialog', box)
    const result = scriptedResult('showOpenDialog')
    if (result) return result
    const path = await askForPath(box)
    return { canceled: path === undefined, filePaths: path === undefined ? [] : [path] }
  },

  async showSaveDialog(...args: Arguments<FileBox>): Promise<object> {
    const box = args.length === 2 ? args[1] : args[0]
    deed('dialog.showSaveDialog', box)
    const result = scriptedResult('showSaveDialog')
    if (result) return result
    const path = await askForPath({ buttonLabel: 'Save', ...box })
    return { canceled: path === undefined, filePath: path ?? '' }
  },

  showErrorBox(title: string, content: string): void {
    deed('dialog.showErrorBox', title, content)
    console.error(`${title}\n${content}`)
  },
}
