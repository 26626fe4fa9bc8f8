import { type ReactNode, useState } from 'react'
import type { Condition, ListEntity } from '../../../core/query/spec.ts'
import { askedField, askedFields } from '../../data/asked-fields.ts'
import { choicesFor, readCondition } from '../../data/conditions.ts'
import { FieldInput } from '../../data/field-input.tsx'
import { Button } from '../../ui/button.tsx'
import { Popover } from '../../ui/popover.tsx'

interface ConditionProps {
  readonly entity: ListEntity
  readonly onAdd: (condition: Condition) => void
}

/** Puts a condition together: a field, a test that fits it, and its values. */
const ConditionForm = ({ entity, onAdd }: ConditionProps) => {
  const fields = askedFields(entity)
  const [name, setName] = useState(fields[0]?.name ?? '')
  const [test, setTest] = useState(0)
  const [typed, setTyped] = useState<readonly string[]>(['', ''])
  const [problem, setProblem] = useState<string | null>(null)
  const choices = choicesFor(entity, name)
  const choice = choices[test]
  const { owner = entity, column = name } = askedField(entity, name) ?? {}

  const begin = (field: string, chosen: number): void => {
    setName(field)
    setTest(chosen)
    setTyped(['', ''])
    setProblem(null)
  }
  const add = (): void => {
    if (!choice) return
    const read = readCondition(entity, name, choice, typed)
    setProblem(read.problem)
    if (read.condition) onAdd(read.condition)
  }

  return (
    <form
      className="condition-form"
      onSubmit={(event) => {
        event.preventDefault()
        add()
      }}
    >
      <select
        className="input"
        aria-label="Field"
        data-testid="condition-field"
        value={name}
        onChange={(event) => begin(event.target.value, 0)}
      >
        {fields.map((field) => (
          <option key={field.name} value={field.name}>
            {field.label}
          </option>
        ))}
      </select>
      <select
        className="input"
        aria-label="Test"
        data-testid="condition-test"
        value={test}
        onChange={(event) => begin(name, Number(event.target.value))}
      >
        {choices.map(({ words }, index) => (
          <option key={words} value={index}>
            {words}
          </option>
        ))}
      </select>
      {['first', 'second'].slice(0, choice?.inputs ?? 0).map((which, at) => (
        <FieldInput
          key={which}
          id={`condition-${which}`}
          entity={owner}
          column={column}
          text={typed[at] ?? ''}
          invalid={problem !== null}
          onText={(text) => setTyped(typed.map((one, index) => (index === at ? text : one)))}
        />
      ))}
      {problem && (
        <p className="field-problem" role="alert" id="condition-first-problem">
          {problem}
        </p>
      )}
      <Button kind="primary" type="submit" data-testid="condition-add">
        Add
      </Button>
    </form>
  )
}

/** A form for a condition, drawn while it is open: no key pays for closed ones. `trigger` opens it. */
export const ConditionButton = ({
  entity,
  label,
  trigger,
  onAdd,
}: ConditionProps & { label: string; trigger: ReactNode }) => {
  const [open, setOpen] = useState(false)
  return (
    <Popover label={label} open={open} onOpenChange={setOpen} trigger={trigger}>
      <ConditionForm
        entity={entity}
        onAdd={(condition) => {
          onAdd(condition)
          setOpen(false)
        }}
      />
    </Popover>
  )
}
