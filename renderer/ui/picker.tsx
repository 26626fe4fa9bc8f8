import { type ReactNode, useState } from 'react'
import { type Option, OptionList } from './option-list.tsx'
import { Popover } from './popover.tsx'

interface PickerProps {
  readonly label: string
  readonly options: readonly Option[]
  readonly value: string | null
  readonly onPick: (value: string) => void
  readonly trigger: ReactNode
  readonly align?: 'start' | 'end'
  readonly onType?: (text: string) => void
  readonly placeholder?: string
}

/** Chooses one of many: a trigger, and a list under it that closes on the choice. */
export const Picker = ({ label, options, value, onPick, trigger, align, onType, placeholder }: PickerProps) => {
  const [open, setOpen] = useState(false)
  return (
    <Popover label={label} trigger={trigger} open={open} onOpenChange={setOpen} align={align ?? 'start'}>
      <OptionList
        label={label}
        options={options}
        chosen={value === null ? [] : [value]}
        multiple={false}
        {...(onType ? { onType } : {})}
        {...(placeholder ? { placeholder } : {})}
        onChoose={(chosen) => {
          setOpen(false)
          onPick(chosen)
        }}
      />
    </Popover>
  )
}
