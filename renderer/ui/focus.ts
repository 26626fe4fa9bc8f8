/** A ref that takes the keyboard when its element appears (dialogs, popovers, fields that were just opened). */
export const focusOnMount = (element: HTMLElement | null): void => element?.focus()
