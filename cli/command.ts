import type { Clock } from '../core/clock.ts'
import type { Random } from '../core/random.ts'
import type { Threads } from '../workers/sync/threads.ts'
import type { Arguments } from './args.ts'

/** What a command may touch of its surroundings. */
export interface CommandContext {
  readonly args: Arguments
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  readonly random: Random
  readonly fetch: typeof fetch
  readonly threads: Threads
  readonly readStdin: () => Promise<string>
  /** A line for people, on stderr. */
  readonly say: (line: string) => void
  /** Text of an export on stdout, in place of the JSON document. */
  readonly print: (text: string) => void
  /** Runs when the user asks to end (Ctrl-C, SIGTERM). */
  readonly onInterrupt: (work: () => void) => void
}

/** A command answers the JSON document for stdout; undefined prints none. It throws `OutpostError`. */
export type Command = (context: CommandContext) => Promise<unknown>
