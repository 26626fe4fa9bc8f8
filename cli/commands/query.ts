import { readFileSync } from 'node:fs'
import { OutpostError } from '../../core/errors.ts'
import { type QuerySpec, querySpec } from '../../core/query/spec.ts'
import { withFiles } from '../beside.ts'
import type { Command, CommandContext } from '../command.ts'
import { jsonOf } from '../entity-option.ts'
import { answerList } from '../list.ts'

/** `query --spec FILE|-`: a list as the app shows it, with total and facets. */
export const query: Command = async (context) => {
  const spec = await specOf(context)
  return withFiles(context, (files) => answerList(files, spec, context.clock.now()))
}

/** The query that `--spec` names, or that comes on stdin. @throws OutpostError `invalid_request`, `file_unreadable` */
export const specOf = async ({ args, readStdin }: CommandContext): Promise<QuerySpec> => {
  const from = args.required('spec')
  return jsonOf(from === '-' ? await readStdin() : readText(from), querySpec, 'The query')
}

const readText = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch (thrown) {
    throw new OutpostError('file_unreadable', `${path} cannot be read.`, undefined, thrown)
  }
}
