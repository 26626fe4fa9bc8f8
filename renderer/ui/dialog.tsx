import { X } from 'lucide-react'
import { AlertDialog, Dialog as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import { Button, IconButton } from './button.tsx'
import './dialog.css'

interface DialogProps {
  readonly title: string
  readonly onClose: () => void
  readonly children: ReactNode
  readonly footer: ReactNode
  readonly onSubmit: () => void
  readonly testId?: string
}

/** A modal form. Enter in a one-line field submits it. */
export const FormDialog = ({ title, onClose, children, footer, onSubmit, testId }: DialogProps) => (
  <Radix.Root open onOpenChange={(open) => !open && onClose()}>
    <Radix.Portal>
      <Radix.Overlay className="scrim" />
      <Radix.Content className="dialog" aria-describedby={undefined} data-testid={testId}>
        <form
          className="dialog-form"
          noValidate
          onSubmit={(event) => {
            event.preventDefault()
            event.stopPropagation()
            onSubmit()
          }}
        >
          <header className="dialog-head">
            <Radix.Title className="dialog-title">{title}</Radix.Title>
            <Radix.Close asChild>
              <IconButton label="Close">
                <X />
              </IconButton>
            </Radix.Close>
          </header>
          <div className="dialog-body">{children}</div>
          <footer className="dialog-foot">{footer}</footer>
        </form>
      </Radix.Content>
    </Radix.Portal>
  </Radix.Root>
)

interface ConfirmProps {
  readonly title: string
  readonly children: ReactNode
  readonly action: string
  readonly disabled?: boolean
  readonly onConfirm: () => void
  readonly onClose: () => void
  readonly testId?: string
}

/** Asks before something that takes away. Focus starts on Cancel. */
export const ConfirmDialog = ({
  title,
  children,
  action,
  disabled = false,
  onConfirm,
  onClose,
  testId,
}: ConfirmProps) => (
  <AlertDialog.Root open onOpenChange={(open) => !open && onClose()}>
    <AlertDialog.Portal>
      <AlertDialog.Overlay className="scrim" />
      <AlertDialog.Content className="dialog dialog-small">
        <AlertDialog.Title className="dialog-title dialog-ask">{title}</AlertDialog.Title>
        <AlertDialog.Description className="dialog-text" asChild>
          <div>{children}</div>
        </AlertDialog.Description>
        <footer className="dialog-foot">
          <AlertDialog.Cancel asChild>
            <Button>Cancel</Button>
          </AlertDialog.Cancel>
          <AlertDialog.Action asChild>
            <Button kind="danger" disabled={disabled} onClick={onConfirm} data-testid={testId}>
              {action}
            </Button>
          </AlertDialog.Action>
        </footer>
      </AlertDialog.Content>
    </AlertDialog.Portal>
  </AlertDialog.Root>
)
