import { OutpostError, toAppError } from '../core/errors.ts'
import { readArguments } from './args.ts'
import type { Command, CommandContext } from './command.ts'
import { exportList } from './commands/export.ts'
import { get } from './commands/get.ts'
import { importCsv } from './commands/import.ts'
import { mutate } from './commands/mutate.ts'
import { outbox } from './commands/outbox.ts'
import { query } from './commands/query.ts'
import { status } from './commands/status.ts'
import { sync, verify } from './commands/sync.ts'

const COMMANDS: Readonly<Record<string, Command>> = {
  sync,
  verify,
  status,
  get,
  query,
  mutate,
  outbox,
  import: importCsv,
  export: exportList,
}

/**
 * Runs one command line. Prints one JSON document: the answer, or `{"error":{"code","message"}}`.
 *
 * @param surroundings everything of the context but the arguments
 * @returns the exit code
 */
export const runCli = async (argv: readonly string[], surroundings: Omit<CommandContext, 'args'>): Promise<number> => {
  const { print } = surroundings
  try {
    const [name = '', ...rest] = argv
    const command = COMMANDS[name]
    if (!command)
      throw new OutpostError('invalid_request', `Unknown command; there are ${Object.keys(COMMANDS).join(', ')}`)
    const answer = await command({ ...surroundings, args: readArguments(rest) })
    if (answer !== undefined) print(`${JSON.stringify(answer)}\n`)
    return 0
  } catch (thrown) {
    const { code, message, context } = toAppError(thrown)
    print(`${JSON.stringify({ error: { code, message, ...(context ? { context } : {}) } })}\n`)
    return 1
  }
}
