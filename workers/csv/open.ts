import { open, stat } from 'node:fs/promises'
import { type Delimiter, detectDelimiter } from '../../core/csv/delimiter.ts'
import { mapHeaders, uniqueHeaders } from '../../core/csv/headers.ts'
import { type ImportPlan, planImport } from '../../core/csv/plan.ts'
import type { CsvTask } from '../../core/csv/thread.ts'
import { OutpostError } from '../../core/errors.ts'
import type { CsvMapping } from '../../core/protocol/window-api.ts'
import { fromFile } from './file-errors.ts'
import { recordsOf } from './parse.ts'
import { checkUtf8 } from './utf8.ts'

/** A file that is UTF-8, with its header read and its mapping checked. */
export interface OpenedCsv {
  readonly file: string
  readonly bytes: number
  readonly modifiedMs: number
  readonly delimiter: Delimiter
  readonly headers: readonly string[]
  readonly mapping: CsvMapping
  readonly plan: ImportPlan
}

const SAMPLE_BYTES = 65_536

const sampleOf = async (file: string): Promise<string> => {
  const handle = await open(file)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(SAMPLE_BYTES), 0, SAMPLE_BYTES, 0)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await handle.close()
  }
}

/** Checks the file's encoding from end to end, then reads its header and settles the mapping. Writes nothing. */
export const openCsv = async ({
  file,
  entity,
  mapping,
}: Pick<CsvTask, 'file' | 'entity' | 'mapping'>): Promise<OpenedCsv> => {
  await checkUtf8(file)
  try {
    const { size, mtimeMs } = await stat(file)
    const delimiter = detectDelimiter(await sampleOf(file))
    const headers = await headerOf(file, delimiter)
    const settled = mapping ?? mapHeaders(entity, headers)
    const planned = planImport(entity, headers, settled)
    if ('error' in planned) throw new OutpostError(planned.error.code, planned.error.message, planned.error.context)
    return { file, bytes: size, modifiedMs: mtimeMs, delimiter, headers, mapping: settled, plan: planned.plan }
  } catch (thrown) {
    throw fromFile(thrown)
  }
}

const headerOf = async (file: string, delimiter: Delimiter): Promise<readonly string[]> => {
  for await (const { cells } of recordsOf(file, delimiter)) return uniqueHeaders(cells)
  throw new OutpostError('not_csv', 'The file holds no rows.')
}

/** The data records of an opened file, without its header. */
export async function* dataRecords({ file, delimiter }: OpenedCsv): ReturnType<typeof recordsOf> {
  let header = true
  for await (const record of recordsOf(file, delimiter)) {
    if (!header) yield record
    header = false
  }
}

/** Refuses to go on where the file was written to since it was opened: line numbers and checks would not hold. */
export const assertUnchanged = async ({ file, bytes, modifiedMs }: OpenedCsv): Promise<void> => {
  const now = await stat(file).catch((thrown: unknown) => {
    throw fromFile(thrown)
  })
  if (now.size !== bytes || now.mtimeMs !== modifiedMs)
    throw new OutpostError('file_unreadable', 'The file was changed while it was being read.')
}
