import { writeFileSync } from 'node:fs'
import { csvLine } from '../../core/csv/write.ts'
import { OutpostError } from '../../core/errors.ts'
import { kindOf } from '../../core/model/convert.ts'
import { columnsOf, type EntityName } from '../../core/model/entities.ts'
import type { Value } from '../../core/model/field.ts'
import { withFiles } from '../beside.ts'
import type { Command } from '../command.ts'
import { answerList } from '../list.ts'
import { specOf } from './query.ts'

/**
 * `export --spec FILE|- [--format csv|jsonl] [--out FILE]`: every record that the query finds, all its columns, in the
 * list's order. Without `--out` the records go to stdout.
 */
export const exportList: Command = async (context) => {
  const { args, clock, print } = context
  const format = args.text('format') ?? 'csv'
  if (format !== 'csv' && format !== 'jsonl') throw new OutpostError('invalid_request', '--format must be csv or jsonl')
  const spec = await specOf(context)
  return withFiles(context, async (files) => {
    const { ids } = await answerList(files, { ...spec, start: 0, count: Number.MAX_SAFE_INTEGER }, clock.now())
    const columns = columnsOf(spec.entity)
    const lines = ids.map((id) => {
      const { row } = files.shown.record(spec.entity, id)
      return format === 'csv'
        ? csvLine(columns.map((column) => cellText(spec.entity, column, row[column] ?? null)))
        : `${JSON.stringify(row)}\n`
    })
    const head = format === 'csv' ? [csvLine(columns)] : []
    const text = [...head, ...lines].join('')
    const out = args.text('out')
    if (out === undefined) {
      print(text)
      return undefined
    }
    writeFileSync(out, text, { mode: 0o600 })
    return { file: out, records: ids.length }
  })
}

/** Money with its two decimals, instants as ISO 8601, text so that no spreadsheet takes it for a formula. */
const cellText = (entity: EntityName, column: string, value: Value): string => {
  if (value === null) return ''
  const kind = kindOf(entity, column)
  if (kind === 'money' && typeof value === 'number') return (value / 100).toFixed(2)
  if (kind === 'instant' && typeof value === 'number') return new Date(value).toISOString()
  const text = String(value)
  return typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
}
