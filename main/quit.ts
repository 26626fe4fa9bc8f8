/** What the quit dialog says, and its buttons: 0 quits, 1 stays. */
export type QuitQuestion = { message: string; detail: string; buttons: [string, string] }

const count = (n: number, one: string, many: string) => (n === 1 ? `1 ${one}` : `${n.toLocaleString('en')} ${many}`)

/**
 * What to ask before quitting; undefined when there is nothing to say. `pending` edits were not accepted by the server yet,
 * `needsAttention` were refused by it.
 */
export function quitQuestion(pending: number, needsAttention: number): QuitQuestion | undefined {
  if (pending === 0) return undefined
  const it = pending === 1 ? 'It is' : 'They are'
  const refused =
    needsAttention === 0
      ? ''
      : `\n\n${count(needsAttention, 'change needs', 'changes need')} your attention and ${needsAttention === 1 ? 'waits' : 'wait'} for you as well.`
  return {
    message: `${count(pending, 'change hasn’t', 'changes haven’t')} reached the server yet.`,
    detail: `${it} saved on this computer and will be sent the next time you open Outpost with a connection. Nothing is lost.${refused}`,
    buttons: ['Quit', 'Keep Open'],
  }
}

/** What quitting needs of the app. */
export type QuitSteps = {
  question: () => QuitQuestion | undefined
  /** Asks; true to quit. */
  ask: (question: QuitQuestion) => Promise<boolean>
  /** Stops what still writes. */
  stop: () => Promise<void>
  /** Quits for good; the app's `before-quit` comes again. */
  quit: () => void
}

/** Decides each `before-quit`: asks once, stops the sync process, then lets the app go. */
export class Quitting {
  readonly #steps: QuitSteps
  #state: 'open' | 'busy' | 'done' = 'open'
  #silent = false

  constructor(steps: QuitSteps) {
    this.#steps = steps
  }

  /** No questions any more: the system shuts down, or the terminal said stop. */
  silence(): void {
    this.#silent = true
  }

  /** Whether all is stopped and the app is on its way out. */
  isDone(): boolean {
    return this.#state === 'done'
  }

  /** A `before-quit`: prevent it when this answers false. */
  mayQuit(): boolean {
    if (this.#state === 'done') return true
    if (this.#state === 'open') {
      this.#state = 'busy'
      this.#finish()
    }
    return false
  }

  async #finish(): Promise<void> {
    const question = this.#silent ? undefined : this.#steps.question()
    if (question && !(await this.#steps.ask(question))) {
      this.#state = 'open'
      return
    }
    await this.#steps.stop()
    this.#state = 'done'
    this.#steps.quit()
  }
}
