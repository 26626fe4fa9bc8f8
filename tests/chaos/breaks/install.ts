import { registerHooks } from 'node:module'

const root = new URL('../../../', import.meta.url)
const here = new URL('./', import.meta.url)

/** Faulty parts by name: what each takes the place of, and where it lies. */
export const BREAKS = {
  ledger: ['tests/chaos/model/ledger.ts', 'ledger.ts'],
  lanes: ['core/sync/lanes.ts', 'lanes.ts'],
  'version-guard': ['core/sync/version-guard.ts', 'version-guard.ts'],
  commit: ['db/sqlite/replica-writer.ts', 'commit.ts'],
  settle: ['core/sync/settle.ts', 'settle.ts'],
} as const satisfies Readonly<Record<string, readonly [part: string, faulty: string]>>

export type BreakName = keyof typeof BREAKS

export const isBreakName = (name: string): name is BreakName => name in BREAKS

/** From here on this process loads the faulty part wherever the right one is asked for; the faulty one itself may. */
export const installBreak = (name: BreakName): void => {
  const [part, faulty] = BREAKS[name]
  const [from, to] = [new URL(part, root).href, new URL(faulty, here).href]
  registerHooks({
    resolve: (specifier, context, next) => {
      const found = next(specifier, context)
      return found.url === from && context.parentURL !== to ? { ...found, url: to } : found
    },
  })
}
