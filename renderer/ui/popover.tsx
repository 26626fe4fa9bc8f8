import { Popover as Radix } from 'radix-ui'
import type { ReactNode } from 'react'
import './popover.css'

interface PopoverProps {
  /** One element that opens it. */
  readonly trigger: ReactNode
  readonly children: ReactNode
  readonly label: string
  readonly align?: 'start' | 'center' | 'end'
  readonly open?: boolean
  readonly onOpenChange?: (open: boolean) => void
}

/** A panel that opens beside its trigger. */
export const Popover = ({ trigger, children, label, align = 'start', open, onOpenChange }: PopoverProps) => (
  <Radix.Root {...(open === undefined ? {} : { open })} {...(onOpenChange ? { onOpenChange } : {})}>
    <Radix.Trigger asChild>{trigger}</Radix.Trigger>
    <Radix.Portal>
      <Radix.Content className="popover" align={align} sideOffset={5} collisionPadding={10} aria-label={label}>
        {children}
      </Radix.Content>
    </Radix.Portal>
  </Radix.Root>
)
