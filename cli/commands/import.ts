import { createWriteStream, existsSync, readFileSync, type WriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import { IMPORT_ENTITIES, type ImportEntity } from '../../core/csv/synonyms.ts'
import { csvLine } from '../../core/csv/write.ts'
import { ERROR_TEXT, type ErrorCode, OutpostError } from '../../core/errors.ts'
import { type CsvMapping, csvMapping, type ImportProgress, type RejectedRow } from '../../core/protocol/window-api.ts'
import { outboxHost } from '../../workers/sync/import/outbox-host.ts'
import { type ImportOutcome, Imports } from '../../workers/sync/imports.ts'
import { SessionMemory } from '../../workers/sync/session.ts'
import { type Beside, withFiles } from '../beside.ts'
import type { Command, CommandContext } from '../command.ts'
import { jsonOf, uuidOf } from '../entity-option.ts'

/**
 * `import FILE --mapping FILE|auto [--entity accounts|contacts|tasks] [--dedupe FIELD[,FIELD]] [--mode create]
 * [--dry-run] [--rejected FILE]`, or `import --undo JOB`. The rows are in the outbox when the command ends; whoever
 * syncs the folder sends them.
 */
export const importCsv: Command = (context) =>
  withFiles(context, async (files) => {
    const { args } = context
    const undone = args.text('undo')
    if (undone !== undefined) return await importsOf(context, files, () => {}).undo(uuidOf(undone, '--undo'))
    const request = requestOf(context)
    const away = awayFile(args.text('rejected'))
    try {
      const imports = importsOf(context, files, (rows) => away?.write(rows))
      const { mapping } = await imports.preview(request)
      const outcome = args.flag('dry-run') ? await imports.dryRun(request) : await imported(context, imports, request)
      return answerOf(outcome, mapping, args.flag('dry-run'))
    } finally {
      await away?.end()
    }
  })

/** @throws OutpostError what ended the import before its end */
const answerOf = (outcome: ImportOutcome, mapping: CsvMapping, dryRun: boolean) => {
  const { job, state, rows, created, skipped, rejectedCount, rejected, error } = outcome
  if (error) throw new OutpostError(isErrorCode(error.code) ? error.code : 'internal', error.message, { job, created })
  return {
    job: dryRun ? null : job,
    state,
    dryRun,
    mapping,
    rows,
    created,
    skipped,
    rejected: rejectedCount - skipped,
    /** The first 200 of the skipped and rejected; `--rejected FILE` has all. */
    rejectedRows: rejected,
  }
}

const isErrorCode = (code: string): code is ErrorCode => code in ERROR_TEXT

const imported = async (
  context: CommandContext,
  imports: Imports,
  request: ReturnType<typeof requestOf>,
): Promise<ImportOutcome> => {
  const { job } = await imports.start(request)
  context.onInterrupt(() => void imports.cancel(job).catch(() => {}))
  return await imports.ended(job)
}

const requestOf = ({ args }: CommandContext) => {
  const [file, ...others] = args.positionals
  if (file === undefined || others.length > 0) throw new OutpostError('invalid_request', 'import takes one FILE')
  const mode = args.text('mode') ?? 'create'
  if (mode !== 'create')
    throw new OutpostError(
      'invalid_request',
      `--mode ${mode} is not supported: import creates records, with --mode create`,
    )
  const dedupe = (args.text('dedupe') ?? '').split(',').filter((field) => field !== '')
  return { file, entity: entityOf(args.text('entity') ?? 'accounts'), mapping: mappingOf(args.text('mapping')), dedupe }
}

const entityOf = (name: string): ImportEntity => {
  const entity = IMPORT_ENTITIES.find((known) => known === name)
  if (entity) return entity
  throw new OutpostError('invalid_request', `--entity must be one of ${IMPORT_ENTITIES.join(', ')}`)
}

/** Null maps by header names. */
const mappingOf = (path: string | undefined): CsvMapping | null => {
  if (path === undefined || path === 'auto') return null
  if (!existsSync(path)) throw new OutpostError('file_unreadable', `The mapping file ${path} is not there.`)
  return jsonOf(readFileSync(path, 'utf8'), csvMapping, '--mapping')
}

const importsOf = (
  context: CommandContext,
  { outbox, local, replicaDb, shown }: Beside,
  rejected: (rows: readonly RejectedRow[]) => void,
): Imports => {
  const { summary } = new SessionMemory(outbox)
  const host = outboxHost({
    outbox,
    rows: local,
    replica: replicaDb,
    context: async () =>
      summary && {
        memberId: summary.member.id,
        currency: summary.workspace.currency,
        members: await shown.members(),
      },
  })
  const progress = ({ state, created, rejectedCount, rows }: ImportProgress): void =>
    context.say(`${state}: ${created + rejectedCount} of ${rows} rows`)
  return new Imports(host, { progress, rejected }, () => outbox.newId())
}

/** Every row left out, as a CSV file with line and reason in front. */
const awayFile = (
  path: string | undefined,
): { write(rows: readonly RejectedRow[]): void; end(): Promise<void> } | null => {
  if (path === undefined) return null
  const stream: WriteStream = createWriteStream(path)
  const done = finished(stream)
  done.catch(() => {})
  return {
    write: (rows) => {
      for (const { line, reason, cells } of rows) stream.write(csvLine([String(line), reason, ...cells]))
    },
    end: async () => {
      stream.end()
      await done.catch((error: unknown) => {
        throw new OutpostError(
          'file_unreadable',
          `The rejected rows could not be written to ${path}.`,
          undefined,
          error,
        )
      })
    },
  }
}
