import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import path from 'node:path'

/** Runs Vitest once with the Node that runs this script. Answers its exit code; Ctrl-C reaches it. */
export const runVitest = (args: readonly string[]): Promise<number> => {
  const manifest = createRequire(import.meta.url).resolve('vitest/package.json')
  const entry = path.join(path.dirname(manifest), 'vitest.mjs')
  const child = spawn(process.execPath, [entry, 'run', ...args], { stdio: 'inherit' })
  return new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ? 1 : (code ?? 1))))
}
