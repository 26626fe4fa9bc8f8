import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fingerprint } from './build/fingerprint.ts'
import { root, type Target, targets, toolFiles } from './build/targets.ts'

/** Which targets were built, and which were already built from the same files. */
export type BuildReport = { built: string[]; unchanged: string[] }

const stampPath = (target: Target) => `${resolve(root, target.output)}.stamp`

function isUnchanged(target: Target, stamp: string): boolean {
  const path = stampPath(target)
  return existsSync(path) && existsSync(resolve(root, target.output)) && readFileSync(path, 'utf8') === stamp
}

async function buildTarget(target: Target, stamp: string): Promise<void> {
  // Loading Vite takes longer than finding that nothing changed.
  const [{ build }, { viteConfig }] = await Promise.all([import('vite'), import('./build/vite-config.ts')])
  await build(viteConfig(target))
  writeFileSync(stampPath(target), stamp)
}

/** Builds what changed since the last build; `onStatus` hears of each target that is built. */
export async function buildApp(
  onStatus: (text: string) => void = () => {},
  list: readonly Target[] = targets,
): Promise<BuildReport> {
  const report: BuildReport = { built: [], unchanged: [] }
  for (const target of list) {
    const stamp = fingerprint([...target.sources.map((folder) => resolve(root, folder)), ...toolFiles])
    if (isUnchanged(target, stamp)) report.unchanged.push(target.name)
    else {
      onStatus(`building ${target.name}`)
      await buildTarget(target, stamp)
      report.built.push(target.name)
    }
  }
  return report
}

if (import.meta.main) {
  const startedAt = performance.now()
  const { built, unchanged } = await buildApp(console.log)
  const seconds = ((performance.now() - startedAt) / 1e3).toFixed(1)
  console.log(`Built ${built.length}, unchanged ${unchanged.length} (${seconds} s).`)
}
