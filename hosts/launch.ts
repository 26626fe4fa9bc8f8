import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import type { Deed, DialogMethod, FromHost, ToHost } from './control.ts'
import type { StandInOptions } from './electron/options.ts'

/** How to run an app in the stand-in. */
export type LaunchOptions = Omit<StandInOptions, 'debugPort'> & {
  /** The built main process, such as `out/main/index.js`. */
  entry: string
  args?: string[]
  env?: Readonly<Record<string, string>>
  /** Leaves the app's standard input to the caller; it is empty otherwise. */
  openInput?: boolean
  /** Called with each piece of what the app's processes print. */
  onOutput?: (text: string) => void
}

/** An app in the stand-in, started as a child process. */
export type StandIn = {
  process: ChildProcess
  /** Resolves with the exit code, null after a signal. */
  exited: Promise<number | null>
  /** What the app did that would have reached the desktop, oldest first. */
  deeds: Deed[]
  /** The answer of the next dialog of a method, as Electron's own result object; resolves when the app has it. */
  answerDialog: (method: DialogMethod, result: object) => Promise<void>
  /** Chooses an item of the application menu by its id. */
  chooseMenu: (id: string) => void
  power: (event: 'suspend' | 'resume') => void
  setOnline: (online: boolean) => void
  /** Quits the app in order, as its menu would; resolves when it has exited. */
  close: () => Promise<void>
  /** Ends it as a power cut would. */
  kill: () => Promise<void>
}

const register = join(import.meta.dirname, 'register.ts')

/** Runs an app in the stand-in without taking hold of its window. The child ends with this process. */
export function startStandIn(
  options: LaunchOptions,
  debugPort = false,
): StandIn & { messages: Messages; attach: () => Promise<void> } {
  const { entry, args = [], env = {}, openInput = false, onOutput, ...hostOptions } = options
  const standIn: StandInOptions = { ...hostOptions, debugPort }
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--import', register, entry, ...args],
    {
      env: { ...process.env, ...env, OUTPOST_STAND_IN: JSON.stringify(standIn) },
      stdio: [openInput ? 'pipe' : 'ignore', 'pipe', 'pipe', 'ipc'],
    },
  )
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', onOutput ?? (() => {}))
  const exited = new Promise<number | null>((resolve, reject) => {
    child.on('exit', resolve)
    child.on('error', reject)
  })
  exited.catch(() => {})
  const messages = collect(child, exited)
  const order = (message: ToHost) => {
    if (child.connected) child.send(message, undefined, undefined, () => {})
  }
  return {
    process: child,
    messages,
    exited,
    deeds: messages.deeds,
    attach: () => {
      order({ type: 'attached' })
      return messages.attached
    },
    answerDialog: async (method, result) => {
      const scripted = messages.dialogScripted()
      order({ type: 'answer-dialog', method, result })
      await Promise.race([scripted, exited])
    },
    chooseMenu: (id) => order({ type: 'menu', id }),
    power: (event) => order({ type: 'power', event }),
    setOnline: (online) => order({ type: 'online', online }),
    close: async () => {
      order({ type: 'quit' })
      await exited
    },
    kill: async () => {
      child.kill('SIGKILL')
      await exited
    },
  }
}

type Messages = {
  deeds: Deed[]
  browser: Promise<string | undefined>
  firstWindow: Promise<string>
  attached: Promise<void>
  /** Resolves with the next acknowledgement of a dialog's answer that no one waits for yet. */
  dialogScripted: () => Promise<void>
}

function collect(child: ChildProcess, exited: Promise<number | null>): Messages {
  const deeds: Deed[] = []
  const browser = Promise.withResolvers<string | undefined>()
  const firstWindow = Promise.withResolvers<string>()
  const attached = Promise.withResolvers<void>()
  const dialogs: (() => void)[] = []
  child.on('message', (message: FromHost) => {
    if (message.type === 'browser') browser.resolve(message.debugUrl)
    else if (message.type === 'window') firstWindow.resolve(message.url)
    else if (message.type === 'attached') attached.resolve()
    else if (message.type === 'dialog-scripted') dialogs.shift()?.()
    else deeds.push(message.deed)
  })
  const fail = (reason: unknown) => {
    const error =
      reason instanceof Error ? reason : new Error(`The app ended with exit code ${reason} before its window.`)
    browser.reject(error)
    firstWindow.reject(error)
    attached.reject(error)
  }
  exited.then(fail, fail)
  browser.promise.catch(() => {})
  firstWindow.promise.catch(() => {})
  attached.promise.catch(() => {})
  return {
    deeds,
    browser: browser.promise,
    firstWindow: firstWindow.promise,
    attached: attached.promise,
    dialogScripted: () => new Promise((resolve) => dialogs.push(resolve)),
  }
}

/**
 * Runs an app in the stand-in and takes hold of its first window's page, over the browser's DevTools. Rejects when the app
 * ends before its window has loaded, with what it printed.
 */
export async function launchStandIn(options: LaunchOptions): Promise<StandIn & { page: Page }> {
  let output = ''
  const onOutput = (text: string) => {
    output = (output + text).slice(-20_000)
    options.onOutput?.(text)
  }
  const { messages, attach, ...standIn } = startStandIn({ ...options, onOutput }, true)
  try {
    const debugUrl = await messages.browser
    if (debugUrl === undefined) throw new Error('The browser opened no DevTools port.')
    await messages.firstWindow
    const browser = await chromium.connectOverCDP(debugUrl)
    const page = browser.contexts()[0]?.pages()[0]
    if (!page) throw new Error('The app has no window.')
    await attach()
    return { ...standIn, ...released(standIn, browser), page }
  } catch (error) {
    await standIn.kill()
    throw new Error(`The app did not start.\n${output}`, { cause: error })
  }
}

/** Lets go of the DevTools connection once the app has ended. */
function released(standIn: StandIn, browser: Browser): Pick<StandIn, 'close' | 'kill'> {
  const release = () => browser.close().catch(() => {})
  return {
    close: async () => {
      await standIn.close()
      await release()
    },
    kill: async () => {
      await standIn.kill()
      await release()
    },
  }
}
