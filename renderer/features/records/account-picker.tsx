import { ChevronDown } from 'lucide-react'
import { useState } from 'react'
import { plainQuery, toSpec } from '../../data/list-query.ts'
import { useList } from '../../data/use-list.ts'
import { CompanyMark } from '../../ui/avatar.tsx'
import { OptionList } from '../../ui/option-list.tsx'
import { Popover } from '../../ui/popover.tsx'

const SHOWN = 8

const Found = ({ value, onPick }: { value: string; onPick: (id: string, company: string) => void }) => {
  const [text, setText] = useState('')
  const { list, session } = useList({ ...toSpec({ ...plainQuery('accounts'), search: text }), facets: [] })
  const rows = Array.from({ length: Math.min(SHOWN, list.total) }, (_, index) => session.rowAt(index))
  const names = new Map(rows.flatMap((row) => (row ? [[row.id, String(row.values['company'] ?? '')] as const] : [])))
  return (
    <OptionList
      label="Account"
      placeholder="Search accounts…"
      options={[...names].map(([id, company]) => ({
        value: id,
        label: company,
        content: (
          <>
            <CompanyMark name={company} />
            <span className="truncate">{company}</span>
          </>
        ),
      }))}
      chosen={[value]}
      multiple={false}
      onType={setText}
      onChoose={(id) => onPick(id, names.get(id) ?? '')}
    />
  )
}

/** Chooses the account that a record hangs on, searching as one types. */
export const AccountPicker = ({
  id,
  value,
  name,
  invalid,
  onPick,
}: {
  id: string
  value: string
  name: string
  invalid: boolean
  onPick: (id: string, company: string) => void
}) => {
  const [open, setOpen] = useState(false)
  return (
    <Popover
      label="Account"
      open={open}
      onOpenChange={setOpen}
      trigger={
        <button type="button" id={id} className="input input-pick" aria-invalid={invalid}>
          {value ? <span className="truncate">{name}</span> : <span className="muted">Choose an account</span>}
          <ChevronDown className="chevron" aria-hidden="true" />
        </button>
      }
    >
      <Found
        value={value}
        onPick={(picked, company) => {
          setOpen(false)
          onPick(picked, company)
        }}
      />
    </Popover>
  )
}
