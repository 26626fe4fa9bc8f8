import { type ColumnStyle, learnStyles, missingProblem } from '../../core/csv/plan.ts'
import { convertRow } from '../../core/csv/rows.ts'
import { CHUNK_ROWS, type CsvTask, type FromCsv, type StagedRow } from '../../core/csv/thread.ts'
import { OutpostError } from '../../core/errors.ts'
import type { RejectedRow } from '../../core/protocol/window-api.ts'
import { assertUnchanged, dataRecords, type OpenedCsv, openCsv } from './open.ts'

/** Reads every row once: finds what is not CSV before anything is written, counts, and learns the columns' styles. */
const checkRows = async (
  opened: OpenedCsv,
): Promise<{ readonly rows: number; readonly styles: ReadonlyMap<string, ColumnStyle> }> => {
  let styles: ReadonlyMap<string, ColumnStyle> = new Map()
  let rows = 0
  for await (const { cells } of dataRecords(opened)) {
    styles = learnStyles(opened.plan, styles, cells)
    rows++
  }
  return { rows, styles }
}

/**
 * Checks the file whole, says so (`checked`), then hands over its rows in chunks.
 *
 * @param send resolves when the other side has room for the next chunk
 */
export const stageCsv = async (task: CsvTask, send: (message: FromCsv) => Promise<void>): Promise<void> => {
  const opened = await openCsv(task)
  const missing = missingProblem(task.entity, opened.mapping)
  if (missing) throw new OutpostError(missing.code, missing.message, missing.context)
  const { rows: total, styles } = await checkRows(opened)
  await assertUnchanged(opened)
  await send({ t: 'checked', rows: total, bytesTotal: opened.bytes, headers: opened.headers })
  let rows: StagedRow[] = []
  let rejected: RejectedRow[] = []
  let number = 0
  let bytesRead = 0
  const flush = async (): Promise<void> => {
    await assertUnchanged(opened)
    await send({ t: 'rows', rows, rejected, bytesRead })
    rows = []
    rejected = []
  }
  for await (const record of dataRecords(opened)) {
    const { values, problem } = convertRow(opened.plan, styles, task, record.cells)
    const { line, cells } = record
    if (problem === null) rows.push({ number, line, values, cells })
    else rejected.push({ line, reason: problem, cells: [...cells] })
    number++
    bytesRead = record.bytesRead
    if (rows.length + rejected.length === CHUNK_ROWS) await flush()
  }
  if (rows.length + rejected.length > 0) await flush()
  await send({ t: 'end' })
}
