import { EventEmitter } from 'node:events'
import type { Page } from 'playwright-core'
import { onOrder, tell } from './control.ts'
import { options } from './options.ts'

type ThemeSource = 'system' | 'light' | 'dark'

const pages = new Set<Page>()

class NativeTheme extends EventEmitter {
  #source: ThemeSource = 'system'

  get themeSource(): ThemeSource {
    return this.#source
  }

  set themeSource(source: ThemeSource) {
    this.#source = source
    for (const page of pages) this.apply(page).catch(() => {})
    setImmediate(() => this.emit('updated'))
  }

  get shouldUseDarkColors(): boolean {
    return (this.#source === 'system' ? options.colorScheme : this.#source) === 'dark'
  }

  /** Brings a page to the theme, and keeps it there. */
  async apply(page: Page): Promise<void> {
    if (page.isClosed()) return void pages.delete(page)
    pages.add(page)
    await page.emulateMedia({ colorScheme: this.#source === 'system' ? (options.colorScheme ?? null) : this.#source })
  }
}

export const nativeTheme = new NativeTheme()

onOrder('attached', () => {
  Promise.all([...pages].map((page) => nativeTheme.apply(page)))
    .catch(() => {})
    .then(() => tell({ type: 'attached' }))
})
