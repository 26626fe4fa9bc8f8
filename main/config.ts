import { parseArgs } from 'node:util'
import { z } from 'zod'
import { OutpostError } from '../core/errors.ts'

/** Plain http only reaches this computer: a token must never cross a network in the clear. */
const gatewayUrl = z.url({ protocol: /^https?$/ }).refine((text) => {
  if (!URL.canParse(text)) return false
  const { protocol, hostname } = new URL(text)
  return protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
}, 'A gateway that is not on this computer must be reached over https.')

/** Which server and workspace the app works with. */
export const connection = z.object({ gateway: gatewayUrl, workspace: z.uuid() })
export type Connection = z.infer<typeof connection>

/** What the command line and the environment say; what is missing comes from the last start. */
export type StartOptions = {
  gateway: string | undefined
  workspace: string | undefined
  /** A file that holds the member's JWT; read again when it changes. */
  tokenFile: string | undefined
  /** The data directory; chosen by the app from gateway, workspace and user when left out. */
  data: string | undefined
  /** A file that holds the database key, in place of the system's key store. */
  keyFile: string | undefined
  /** A parent process listens on standard output and gives orders on standard input (see core/protocol/app-report.ts). */
  report: boolean
}

const options = {
  gateway: { type: 'string' },
  workspace: { type: 'string' },
  'token-file': { type: 'string' },
  data: { type: 'string' },
  report: { type: 'boolean' },
} as const

/** Reads the command line (Chromium's own switches in it are passed over) and the `OUTPOST_` variables. */
export function startOptions(args: readonly string[], env: Readonly<Record<string, string | undefined>>): StartOptions {
  const { values } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true })
  const text = (name: keyof typeof values, variable: string) => {
    const value = values[name]
    return typeof value === 'string' && value !== '' ? value : env[variable] || undefined
  }
  return {
    gateway: text('gateway', 'OUTPOST_GATEWAY'),
    workspace: text('workspace', 'OUTPOST_WORKSPACE'),
    tokenFile: text('token-file', 'OUTPOST_TOKEN_FILE'),
    data: text('data', 'OUTPOST_DATA'),
    keyFile: env['OUTPOST_KEY_FILE'] || undefined,
    report: values['report'] === true,
  }
}

/** The connection to use: what was asked for, else the remembered one. Throws `invalid_input`, in words, when neither will do. */
export function chooseConnection(asked: StartOptions, remembered: Connection | undefined): Connection {
  const parsed = connection.safeParse({
    gateway: asked.gateway ?? remembered?.gateway,
    workspace: asked.workspace ?? remembered?.workspace,
  })
  if (parsed.success) return { ...parsed.data, gateway: parsed.data.gateway.replace(/\/+$/, '') }
  const problems = parsed.error.issues.map(({ path, message }) => `--${path.join('.')}: ${message}`)
  throw new OutpostError(
    'invalid_input',
    `Outpost needs to know its server and workspace: --gateway URL --workspace ID.\n${problems.join('\n')}`,
  )
}
