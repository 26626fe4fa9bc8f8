import { basename } from 'node:path'
import { type ColumnStyle, learnStyles, missingColumns } from '../../core/csv/plan.ts'
import { convertRow } from '../../core/csv/rows.ts'
import type { CsvTask } from '../../core/csv/thread.ts'
import type { ImportPreview } from '../../core/protocol/window-api.ts'
import { dataRecords, openCsv } from './open.ts'
import type { CsvRecord } from './parse.ts'

const SHOWN_ROWS = 20
/** Rows read to learn how the columns write amounts and days; the import itself reads all. */
const SAMPLE_ROWS = 2_000

/** What an import of the file would do: its mapping and its first 20 rows as they would be stored. Writes nothing. */
export const previewCsv = async (task: CsvTask): Promise<ImportPreview> => {
  const opened = await openCsv(task)
  const first: CsvRecord[] = []
  let styles: ReadonlyMap<string, ColumnStyle> = new Map()
  let read = 0
  for await (const record of dataRecords(opened)) {
    if (first.length < SHOWN_ROWS) first.push(record)
    styles = learnStyles(opened.plan, styles, record.cells)
    if (++read >= SAMPLE_ROWS) break
  }
  return {
    file: task.file,
    fileName: basename(task.file),
    bytes: opened.bytes,
    delimiter: opened.delimiter,
    headers: [...opened.headers],
    mapping: opened.mapping,
    rows: first.map(({ cells, line }) => ({ line, ...convertRow(opened.plan, styles, task, cells) })),
    missing: [...missingColumns(task.entity, opened.mapping)],
  }
}
