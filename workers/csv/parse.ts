import { createReadStream } from 'node:fs'
import { CsvError, parse } from 'csv-parse'
import type { Delimiter } from '../../core/csv/delimiter.ts'
import { OutpostError } from '../../core/errors.ts'
import { fromFile } from './file-errors.ts'

export interface CsvRecord {
  readonly cells: readonly string[]
  /** The line of the file on which the record begins, from 1. */
  readonly line: number
  /** Bytes of the file read up to its end. */
  readonly bytesRead: number
}

/** A record longer than this means a quote that is never closed: better refused than read into memory. */
const MAX_RECORD_BYTES = 1_000_000

interface Info {
  readonly record: readonly string[]
  readonly info: { readonly lines: number; readonly bytes: number }
}

/** How often a pattern occurs in the cells: line breaks inside quotes count towards where a record begins. */
const countIn = (cells: readonly string[], pattern: RegExp): number =>
  cells.reduce((sum, cell) => sum + (cell.match(pattern)?.length ?? 0), 0)

/**
 * The records of a file, the header first, read as they are asked for. Blank lines are left out; a quote inside an
 * unquoted cell is text. The file must be UTF-8 (see `checkUtf8`); a byte order mark is dropped.
 *
 * @throws OutpostError `not_csv` naming the line, `file_unreadable`
 */
export async function* recordsOf(file: string, delimiter: Delimiter): AsyncGenerator<CsvRecord> {
  const source = createReadStream(file)
  const parser = parse({
    bom: true,
    delimiter,
    info: true,
    max_record_size: MAX_RECORD_BYTES,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
  })
  source.on('error', (error) => parser.destroy(error))
  source.pipe(parser)
  // csv-parse counts a CRLF inside quotes as two lines.
  let doubled = 0
  try {
    for await (const { record, info } of parser as AsyncIterable<Info>) {
      doubled += countIn(record, /\r\n/g)
      const line = info.lines - doubled - countIn(record, /\r\n|\n|\r/g)
      yield { cells: record, line: Math.max(1, line), bytesRead: info.bytes }
    }
  } catch (thrown) {
    throw thrown instanceof CsvError ? notCsv(thrown) : fromFile(thrown)
  } finally {
    source.destroy()
    parser.destroy()
  }
}

const notCsv = (error: CsvError): OutpostError => {
  const line = Number(error['lines'] ?? 0)
  const what =
    error.code === 'CSV_MAX_RECORD_SIZE' || error.code === 'CSV_QUOTE_NOT_CLOSED'
      ? 'a quoted cell is never closed'
      : 'a cell is quoted in a way that cannot be read'
  return new OutpostError('not_csv', `The file could not be read as CSV: ${what} (line ${line}).`, { line }, error)
}
