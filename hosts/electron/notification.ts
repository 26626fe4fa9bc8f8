import { EventEmitter } from 'node:events'
import { deed } from './control.ts'

/** Electron's Notification: the launcher is told; nothing appears. */
export class Notification extends EventEmitter {
  readonly #options: { title?: string; body?: string }

  constructor(options: { title?: string; body?: string } = {}) {
    super()
    this.#options = options
  }

  static isSupported = () => true

  show(): void {
    deed('Notification.show', this.#options)
    this.emit('show')
  }

  close(): void {
    this.emit('close')
  }
}
