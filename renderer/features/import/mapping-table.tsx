import { ChevronDown } from 'lucide-react'
import { importColumns } from '../../../core/csv/headers.ts'
import { ENTITIES } from '../../../core/model/entities.ts'
import type { CsvMapping } from '../../../core/protocol/window-api.ts'
import type { ListEntity } from '../../../core/query/spec.ts'
import type { Option } from '../../ui/option-list.tsx'
import { Picker } from '../../ui/picker.tsx'

const LEAVE_OUT: Option = { value: '', label: 'Leave out', content: <span className="muted">Leave out</span> }

/** Which column of the file fills which field. */
export const MappingTable = ({
  entity,
  headers,
  mapping,
  sample,
  onMap,
}: {
  entity: ListEntity
  headers: readonly string[]
  mapping: CsvMapping
  /** A value of the first row by field, to recognize columns by. */
  sample: (field: string) => string
  onMap: (header: string, field: string | null) => void
}) => {
  const options: readonly Option[] = [
    LEAVE_OUT,
    ...importColumns(entity).map((column) => ({
      value: column,
      label: ENTITIES[entity].fields[column]?.label ?? column,
    })),
  ]
  return (
    <table className="mapping">
      <thead>
        <tr>
          <th scope="col">In the file</th>
          <th scope="col">Becomes</th>
          <th scope="col">First row</th>
        </tr>
      </thead>
      <tbody>
        {headers.map((header) => {
          const field = mapping[header] ?? ''
          return (
            <tr key={header}>
              <td className="truncate mapping-header" title={header}>
                {header}
              </td>
              <td>
                <Picker
                  label={`Field for ${header}`}
                  options={options}
                  value={field}
                  onPick={(picked) => onMap(header, picked === '' ? null : picked)}
                  trigger={
                    <button
                      type="button"
                      className={field ? 'input input-pick' : 'input input-pick mapping-out'}
                      aria-label={`Field for ${header}`}
                      data-testid={`map-${header}`}
                    >
                      {options.find((option) => option.value === field)?.label ?? field}
                      <ChevronDown className="chevron" aria-hidden="true" />
                    </button>
                  }
                />
              </td>
              <td className="truncate muted" title={field && sample(field)}>
                {field && sample(field)}
              </td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}
