import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { OutpostError } from '../core/errors.ts'

/** Every option of every command; each command says which it takes. */
const OPTIONS = {
  data: { type: 'string' },
  gateway: { type: 'string' },
  workspace: { type: 'string' },
  'token-file': { type: 'string' },
  once: { type: 'boolean' },
  watch: { type: 'boolean' },
  spec: { type: 'string' },
  entity: { type: 'string' },
  id: { type: 'string' },
  patch: { type: 'string' },
  create: { type: 'string' },
  delete: { type: 'boolean' },
  undo: { type: 'string' },
  values: { type: 'string' },
  format: { type: 'string' },
  out: { type: 'string' },
  mapping: { type: 'string' },
  dedupe: { type: 'string' },
  mode: { type: 'string' },
  rejected: { type: 'string' },
  before: { type: 'string' },
  count: { type: 'string' },
  unsent: { type: 'string' },
  'dry-run': { type: 'boolean' },
  repair: { type: 'boolean' },
  'from-backup': { type: 'boolean' },
  'start-empty': { type: 'boolean' },
  json: { type: 'boolean' },
} as const satisfies ParseArgsOptionsConfig

export type OptionName = keyof typeof OPTIONS

export interface Arguments {
  readonly positionals: readonly string[]
  /** The value of an option, undefined where it was not given. */
  text(name: OptionName): string | undefined
  flag(name: OptionName): boolean
  /** @throws OutpostError `invalid_request` where it was not given */
  required(name: OptionName): string
}

/** @throws OutpostError `invalid_request` for an option that no command knows or that lacks its value */
export const readArguments = (argv: readonly string[]): Arguments => {
  const { values, positionals } = parse(argv)
  const text = (name: OptionName): string | undefined => {
    const value = values[name]
    return typeof value === 'string' ? value : undefined
  }
  return {
    positionals,
    text,
    flag: (name) => values[name] === true,
    required: (name) => {
      const value = text(name)
      if (value === undefined || value === '') throw new OutpostError('invalid_request', `--${name} is missing`)
      return value
    },
  }
}

const parse = (argv: readonly string[]) => {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true, strict: true })
  } catch (thrown) {
    throw new OutpostError('invalid_request', thrown instanceof Error ? thrown.message : String(thrown))
  }
}
