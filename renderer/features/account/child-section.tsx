import { Pencil, Plus, Trash2 } from 'lucide-react'
import { type ReactNode, useEffect, useRef } from 'react'
import { ENTITIES } from '../../../core/model/entities.ts'
import type { ShownRecord } from '../../../core/protocol/outbox.ts'
import { type FormEntity, useActions } from '../../data/actions.tsx'
import { formatCount } from '../../data/format.ts'
import { IconButton } from '../../ui/button.tsx'
import { MarkDot } from '../../ui/marks.tsx'

const titleOf = ({ row }: ShownRecord): string =>
  String(row['name'] ?? row['title'] ?? row['subject'] ?? row['body'] ?? '').slice(0, 80)

/** The records of one kind that hang on the account, with add, edit and delete. */
export const ChildSection = ({
  entity,
  records,
  account,
  company,
  focus,
  children,
}: {
  entity: FormEntity
  records: readonly ShownRecord[]
  account: string
  company: string
  /** The record that the person came for. */
  focus: string | null
  children: (record: ShownRecord) => ReactNode
}) => {
  const actions = useActions()
  const { label, plural } = ENTITIES[entity]
  const focused = useRef<HTMLLIElement>(null)
  const has = records.some((record) => record.row['id'] === focus)
  useEffect(() => {
    if (has) focused.current?.scrollIntoView({ block: 'nearest' })
  }, [has])
  return (
    <section
      className={records.length > 0 ? 'section' : 'section section-empty'}
      aria-label={plural}
      data-testid={`section-${entity}`}
    >
      <header className="section-head">
        <h3>
          {plural}
          <span className="section-count num">{formatCount(records.length)}</span>
        </h3>
        <IconButton
          className="small"
          label={`New ${label.toLowerCase()}`}
          data-testid={`add-${entity}`}
          onClick={() =>
            actions.openForm({ mode: 'create', entity, preset: { account_id: account }, accountName: company })
          }
        >
          <Plus />
        </IconButton>
      </header>
      {records.length > 0 && (
        <ul>
          {records.map((record) => {
            const id = String(record.row['id'])
            return (
              <li
                key={id}
                ref={id === focus ? focused : null}
                className={id === focus ? 'child child-focus' : 'child'}
                data-id={id}
              >
                {children(record)}
                <MarkDot mark={record.mark} />
                <span className="child-actions">
                  <IconButton
                    className="small"
                    label={`Edit ${label.toLowerCase()} ${titleOf(record)}`}
                    onClick={() => actions.openForm({ mode: 'edit', entity, row: record.row, accountName: company })}
                  >
                    <Pencil />
                  </IconButton>
                  <IconButton
                    className="small"
                    label={`Delete ${label.toLowerCase()} ${titleOf(record)}`}
                    onClick={() => actions.confirmDelete({ entity, ids: [id], title: titleOf(record) })}
                  >
                    <Trash2 />
                  </IconButton>
                </span>
              </li>
            )
          })}
        </ul>
      )}
    </section>
  )
}
