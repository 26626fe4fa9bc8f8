import type { Prompt } from '../wire.ts'

/** How a prompt was answered: the button's index, and the text of its field. */
export type PromptAnswer = { button: number; text: string }

type Show = (id: number, prompt: Prompt) => void

const open = new Map<number, (answer: PromptAnswer) => void>()
let lastId = 0

/** Asks inside a window. */
export function askInWindow(show: Show, prompt: Prompt): Promise<PromptAnswer> {
  const id = ++lastId
  return new Promise((resolve) => {
    open.set(id, resolve)
    show(id, prompt)
  })
}

/** The window answered. */
export function answerPrompt(id: number, button: number, text: string): void {
  open.get(id)?.({ button, text })
  open.delete(id)
}
