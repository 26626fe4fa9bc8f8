import { call } from './api.ts'

export type Theme = 'system' | 'light' | 'dark'
const KEY = 'outpost.theme'
const dark = window.matchMedia('(prefers-color-scheme: dark)')

/** The theme that the person chose on this computer. */
export const chosenTheme = (): Theme => {
  const kept = window.localStorage.getItem(KEY)
  return kept === 'light' || kept === 'dark' ? kept : 'system'
}

const paint = (): void => {
  const theme = chosenTheme()
  document.documentElement.dataset['theme'] = theme === 'system' ? (dark.matches ? 'dark' : 'light') : theme
}

/** Applies the chosen theme now and whenever the system's changes. */
export const startTheme = (): void => {
  paint()
  dark.addEventListener('change', paint)
  void call('app.setTheme', { theme: chosenTheme() })
}

/** Chooses a theme: kept on this computer, told to the host for its window frame and menus. */
export const chooseTheme = (theme: Theme): void => {
  window.localStorage.setItem(KEY, theme)
  paint()
  void call('app.setTheme', { theme })
}
