import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'
import type { SyncWorld } from './sync-client.ts'

const ROOT = path.join(import.meta.dirname, '../..')
const CLI = path.join(ROOT, 'cli/main.ts')

export interface CliResult {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  readonly ms: number
}

export interface CliOptions {
  readonly entry?: string
  /** Arguments before the CLI's own, for entries that take some. */
  readonly before?: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  readonly onStart?: (child: ChildProcess) => void
}

/** Runs the CLI as a process of its own. */
export const runCliProcess = (args: readonly string[], options: CliOptions = {}): Promise<CliResult> =>
  new Promise((resolve, reject) => {
    const began = performance.now()
    const child = spawn(process.execPath, [options.entry ?? CLI, ...(options.before ?? []), ...args], {
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk) => {
      stdout += chunk
    })
    child.stderr.on('data', (chunk) => {
      stderr += chunk
    })
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr, ms: performance.now() - began }))
    options.onStart?.(child)
  })

/** The JSON document of a run that must have gone well. */
export const answerOf = <T>(result: CliResult): T => {
  if (result.code !== 0)
    throw new Error(`cli ended with ${result.code ?? result.signal}: ${result.stdout}${result.stderr}`)
  return JSON.parse(result.stdout) as T
}

/** Options that name a data folder and the backend of a world, and the token in the environment. */
export const cliTarget = async (world: SyncWorld, dataDir: string, as = 'admin') => ({
  args: ['--gateway', world.backend.gatewayUrl, '--workspace', world.backend.workspaceId, '--data', dataDir],
  env: { OUTPOST_TOKEN: await world.backend.tokenFor(as) },
})
