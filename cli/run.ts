import { OutpostError, toAppError } from '../core/errors.ts'
import { readArguments } from './args.ts'
import type { Command, CommandContext } from './command.ts'

/** Each command's code is loaded when it is asked for. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  sync: async () => (await import('./commands/sync.ts')).sync,
  verify: async () => (await import('./commands/sync.ts')).verify,
  status: async () => (await import('./commands/status.ts')).status,
  get: async () => (await import('./commands/get.ts')).get,
  query: async () => (await import('./commands/query.ts')).query,
  mutate: async () => (await import('./commands/mutate.ts')).mutate,
  outbox: async () => (await import('./commands/outbox.ts')).outbox,
  remove: async () => (await import('./commands/remove.ts')).remove,
  import: async () => (await import('./commands/import.ts')).importCsv,
  export: async () => (await import('./commands/export.ts')).exportList,
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
    const load = COMMANDS[name]
    if (!load)
      throw new OutpostError('invalid_request', `Unknown command; there are ${Object.keys(COMMANDS).join(', ')}`)
    const command = await load()
    const answer = await command({ ...surroundings, args: readArguments(rest) })
    if (answer !== undefined) print(`${JSON.stringify(answer)}\n`)
    return 0
  } catch (thrown) {
    const { code, message, context } = toAppError(thrown)
    print(`${JSON.stringify({ error: { code, message, ...(context ? { context } : {}) } })}\n`)
    return 1
  }
}
