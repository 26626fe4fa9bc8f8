import { useEffect, useEffectEvent } from 'react'
import type { Page } from '../data/route.ts'

interface Shortcuts {
  create(): void
  search(): void
  close(): void
  go(page: Page): void
}

const GO: Readonly<Record<string, Page>> = {
  '1': 'accounts',
  '2': 'contacts',
  '3': 'tasks',
  '4': 'attention',
  ',': 'settings',
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

const inOverlay = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('[role="dialog"],[role="alertdialog"],[role="menu"]') !== null

/** The window's shortcuts. Dialogs and menus keep their own keys; plain letters do nothing while one types. */
export const useShortcuts = (shortcuts: Shortcuts): void => {
  const onKey = useEffectEvent((event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.altKey || inOverlay(event.target)) return
    const chord = event.ctrlKey || event.metaKey
    const page = chord ? GO[event.key] : undefined
    if (chord && event.key.toLowerCase() === 'f') shortcuts.search()
    else if (page) shortcuts.go(page)
    else if (chord || isTyping(event.target)) return
    else if (event.key === '/') shortcuts.search()
    else if (event.key === 'n') shortcuts.create()
    else if (event.key === 'Escape') shortcuts.close()
    else return
    event.preventDefault()
  })
  useEffect(() => {
    const listener = (event: KeyboardEvent): void => onKey(event)
    window.addEventListener('keydown', listener)
    return () => window.removeEventListener('keydown', listener)
  }, [])
}
