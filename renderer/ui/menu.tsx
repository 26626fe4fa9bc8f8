import { DropdownMenu } from 'radix-ui'
import type { ReactNode } from 'react'
import './menu.css'

export interface MenuItem {
  readonly label: string
  readonly icon?: ReactNode
  readonly danger?: boolean
  readonly testId?: string
  readonly disabled?: boolean
  onSelect(): void
}

/** A menu of commands under its trigger; null in `items` is a line between groups. */
export const Menu = ({ trigger, items }: { trigger: ReactNode; items: readonly (MenuItem | null)[] }) => (
  <DropdownMenu.Root modal={false}>
    <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
    <DropdownMenu.Portal>
      <DropdownMenu.Content className="menu" align="end" sideOffset={5} collisionPadding={10}>
        {items.map((item, index) =>
          item ? (
            <DropdownMenu.Item
              key={item.label}
              className={item.danger ? 'menu-item menu-danger' : 'menu-item'}
              disabled={item.disabled ?? false}
              data-testid={item.testId}
              onSelect={item.onSelect}
            >
              {item.icon}
              {item.label}
            </DropdownMenu.Item>
          ) : (
            <DropdownMenu.Separator key={`line-${items[index - 1]?.label}`} className="menu-line" />
          ),
        )}
      </DropdownMenu.Content>
    </DropdownMenu.Portal>
  </DropdownMenu.Root>
)
