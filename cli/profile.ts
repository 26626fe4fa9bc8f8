import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { OutpostError } from '../core/errors.ts'
import type { DataDir } from '../workers/sync/data-dir.ts'
import type { CommandContext } from './command.ts'

const profile = z.object({ gateway: z.url(), workspace: z.uuid() })
export type Profile = z.infer<typeof profile>

const stored = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown
    } catch {
      context.addIssue('not JSON')
      return z.NEVER
    }
  })
  .pipe(profile)

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * Gateway and workspace of a data directory: from the options, else as the last `sync` left them. A directory belongs
 * to one gateway and workspace.
 *
 * @throws OutpostError `invalid_request`
 */
export const profileOf = (dir: DataDir, { args }: Pick<CommandContext, 'args'>): Profile => {
  const known = existsSync(dir.profile) ? stored.safeParse(readFileSync(dir.profile, 'utf8')) : null
  const found = profile.safeParse({
    gateway: args.text('gateway') ?? known?.data?.gateway,
    workspace: args.text('workspace') ?? known?.data?.workspace,
  })
  if (!found.success) throw new OutpostError('invalid_request', '--gateway URL and --workspace ID are needed.')
  const { protocol, hostname } = new URL(found.data.gateway)
  if (protocol !== 'https:' && !(protocol === 'http:' && LOOPBACK.has(hostname)))
    throw new OutpostError('invalid_request', 'Only https:// gateways are allowed, and http:// on this computer.')
  if (known?.success && known.data.workspace !== found.data.workspace)
    throw new OutpostError('invalid_request', 'This data folder belongs to another workspace.')
  return found.data
}

/** Remembers gateway and workspace for the next command; one that is killed meanwhile leaves the file as it was. */
export const keepProfile = (dir: DataDir, kept: Profile): void => {
  const next = `${dir.profile}.new`
  writeFileSync(next, `${JSON.stringify(kept)}\n`, { mode: 0o600 })
  renameSync(next, dir.profile)
}

/**
 * The member's token: `--token-file`, else `OUTPOST_TOKEN`.
 *
 * @throws OutpostError `signed_out`, `file_unreadable`
 */
export const tokenOf = ({ args, env }: CommandContext): string => {
  const file = args.text('token-file')
  if (file !== undefined) {
    if (!existsSync(file)) throw new OutpostError('file_unreadable', `The token file ${file} is not there.`)
    return readFileSync(file, 'utf8').trim()
  }
  const token = env['OUTPOST_TOKEN']
  if (!token) throw new OutpostError('signed_out', 'No token: give --token-file FILE or set OUTPOST_TOKEN.')
  return token.trim()
}
