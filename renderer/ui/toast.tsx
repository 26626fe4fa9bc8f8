import { Toaster as Sonner, toast } from 'sonner'
import type { AppError } from '../../core/errors.ts'
import 'sonner/dist/styles.css'
import './toast.css'

/** Where toasts appear. Mounted once. */
export const Toaster = ({ dark }: { dark: boolean }) => (
  <Sonner theme={dark ? 'dark' : 'light'} position="bottom-right" gap={8} offset={16} visibleToasts={4} />
)

/** Says what was done, with Undo where it can be undone. */
export const notify = (message: string, options: { undo?: () => void } = {}): void => {
  toast(message, {
    duration: options.undo ? 7_000 : 3_500,
    ...(options.undo ? { action: { label: 'Undo', onClick: options.undo } } : {}),
  })
}

/** Says what failed and why, in words. */
export const notifyError = (title: string, error: AppError): void => {
  toast.error(title, { description: error.message, duration: 10_000 })
}
