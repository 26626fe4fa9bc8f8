import type { Prompt } from '../wire.ts'

/** Asks a question over the page, standing in for a native dialog; `done` gets the button's index and the field's text. */
export function showPrompt(prompt: Prompt, done: (button: number, text: string) => void): void {
  const dialog = document.createElement('dialog')
  dialog.setAttribute('aria-label', prompt.message)
  // Out of reach of the page's styles and its content security policy: properties, not attributes or sheets.
  Object.assign(dialog.style, {
    font: '14px system-ui',
    maxWidth: '440px',
    padding: '20px',
    border: '1px solid GrayText',
    borderRadius: '10px',
    colorScheme: 'light dark',
    background: 'Canvas',
    color: 'CanvasText',
  })
  const message = document.createElement('p')
  message.textContent = prompt.message
  message.style.fontWeight = '600'
  const detail = document.createElement('p')
  detail.textContent = prompt.detail
  detail.style.whiteSpace = 'pre-wrap'
  const field = document.createElement('input')
  field.value = prompt.text ?? ''
  Object.assign(field.style, { width: '100%', font: 'inherit' })
  const row = document.createElement('div')
  Object.assign(row.style, { display: 'flex', gap: '8px', justifyContent: 'flex-end', marginTop: '16px' })
  const finish = (button: number) => {
    dialog.remove()
    done(button, field.value)
  }
  const buttons = prompt.buttons.map((label, index) => {
    const button = document.createElement('button')
    button.textContent = label
    Object.assign(button.style, { font: 'inherit', padding: '4px 12px' })
    button.addEventListener('click', () => finish(index))
    return button
  })
  dialog.addEventListener('cancel', () => finish(prompt.cancel))
  row.append(...buttons)
  dialog.append(message, detail, ...(prompt.text === undefined ? [] : [field]), row)
  document.body.append(dialog)
  dialog.showModal()
}
