import { createWriteStream, existsSync, readFileSync, type WriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'
import { IMPORT_ENTITIES, type ImportEntity } from '../../core/csv/synonyms.ts'
import { csvLine } from '../../core/csv/write.ts'
import { OutpostError } from '../../core/errors.ts'
import { type CsvMapping, csvMapping, type ImportProgress, type RejectedRow } from '../../core/protocol/window-api.ts'
import { outboxHost } from '../../workers/sync/import/outbox-host.ts'
import { Imports } from '../../workers/sync/imports.ts'
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
    const away = awayFile(args.text('rejected'))
    const imports = importsOf(context, files, (rows) => away?.write(rows))
    if (undone !== undefined) return await imports.undo(uuidOf(undone, '--undo'))
    const request = requestOf(context)
    const { mapping } = await imports.preview(request)
    const dryRun = args.flag('dry-run')
    const outcome = dryRun ? await imports.dryRun(request) : await imported(context, imports, request)
    await away?.end()
    if (outcome.error) throw new OutpostError('internal', outcome.error.message, { job: outcome.job })
    return {
      job: dryRun ? null : outcome.job,
      state: outcome.state,
      dryRun,
      mapping,
      rows: outcome.rows,
      created: outcome.created,
      skipped: outcome.skipped,
      rejected: outcome.rejectedCount - outcome.skipped,
      /** The first 200 of both; `--rejected FILE` has all. */
      rejectedRows: outcome.rejected,
    }
  })

const imported = async (
  context: CommandContext,
  imports: Imports,
  request: ReturnType<typeof requestOf>,
): ReturnType<Imports['ended']> => {
  const { job } = await imports.start(request)
  context.onInterrupt(() => void imports.cancel(job))
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
