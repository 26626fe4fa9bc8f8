/** The keyboard shortcuts, as the settings list them. */
export const SHORTCUTS: readonly { readonly keys: readonly string[]; readonly does: string }[] = [
  { keys: ['/', 'Mod+F'], does: 'Search' },
  { keys: ['N'], does: 'New record in the list shown' },
  { keys: ['↑', '↓'], does: 'Move in a list' },
  { keys: ['Page Up', 'Page Down', 'Home', 'End'], does: 'Move far in a list' },
  { keys: ['Enter'], does: 'Open the account' },
  { keys: ['Space'], does: 'Select a record' },
  { keys: ['Shift+↑', 'Shift+↓'], does: 'Select several' },
  { keys: ['Mod+A'], does: 'Select all' },
  { keys: ['Esc'], does: 'Close, or clear the selection' },
  { keys: ['Mod+1', 'Mod+2', 'Mod+3'], does: 'Accounts, contacts, tasks' },
  { keys: ['Mod+4'], does: 'Needs attention' },
  { keys: ['Mod+,'], does: 'Settings' },
]
