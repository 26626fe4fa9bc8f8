import { Plus } from 'lucide-react'
import { useState } from 'react'
import { fieldOf } from '../../../core/model/entities.ts'
import type { Condition, ListEntity } from '../../../core/query/spec.ts'
import { askedFields, choicesFor, readCondition } from '../../data/conditions.ts'
import { FieldInput } from '../../data/field-input.tsx'
import { Button } from '../../ui/button.tsx'
import { Popover } from '../../ui/popover.tsx'

/** Puts a condition together: a field, a test that fits it, and its values. */
export const ConditionButton = ({ entity, onAdd }: { entity: ListEntity; onAdd: (condition: Condition) => void }) => {
  const fields = askedFields(entity)
  const [open, setOpen] = useState(false)
  const [column, setColumn] = useState(fields[0] ?? '')
  const [test, setTest] = useState(0)
  const [typed, setTyped] = useState<readonly string[]>(['', ''])
  const [problem, setProblem] = useState<string | null>(null)
  const choices = choicesFor(entity, column)
  const choice = choices[test]

  const begin = (field: string, chosen: number): void => {
    setColumn(field)
    setTest(chosen)
    setTyped(['', ''])
    setProblem(null)
  }
  const add = (): void => {
    if (!choice) return
    const read = readCondition(entity, column, choice, typed)
    setProblem(read.problem)
    if (!read.condition) return
    onAdd(read.condition)
    begin(column, test)
    setOpen(false)
  }

  return (
    <Popover
      label="Add a condition"
      open={open}
      onOpenChange={setOpen}
      trigger={
        <button type="button" className="facet facet-add" data-testid="add-condition">
          <span className="facet-button">
            <Plus aria-hidden="true" /> More
          </span>
        </button>
      }
    >
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
          value={column}
          onChange={(event) => begin(event.target.value, 0)}
        >
          {fields.map((field) => (
            <option key={field} value={field}>
              {fieldOf(entity, field)?.label ?? field}
            </option>
          ))}
        </select>
        <select
          className="input"
          aria-label="Test"
          data-testid="condition-test"
          value={test}
          onChange={(event) => begin(column, Number(event.target.value))}
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
            entity={entity}
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
    </Popover>
  )
}
