import { deepStrictEqual } from 'node:assert'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { inChromium } from '../chromium.ts'
import { type BenchResult, geometricMean, machine, percentile, rounded } from '../figures.ts'
import { PEER_QUERIES } from './peer.ts'

export interface PeersBenchOptions {
  readonly rows: number
  readonly seed: number
  readonly runs: number
  log(line: string): void
}

const PEERS = ['outpost', 'tanstack_db', 'crossfilter'] as const

/**
 * The lists that other libraries can answer too, side by side in one worker of Chromium: first answer of a new query (total,
 * four facets, five windows) after a warm load, and one changed row under an open list. Answers are compared first.
 */
export const benchPeers = ({ rows, seed, runs, log }: PeersBenchOptions): Promise<BenchResult> =>
  inChromium(fileURLToPath(new URL('./page.ts', import.meta.url)), async (page, browser) => {
    for (const peer of PEERS) {
      log(`loading ${rows} accounts into ${peer}`)
      await page.evaluate(([name, count, from]) => window.peers.load(name, count, from), [peer, rows, seed] as const)
    }
    const metrics: Record<string, number> = {}
    const ratios: Record<string, number[]> = { tanstack_db: [], crossfilter: [] }
    for (const [i, query] of PEER_QUERIES.entries()) {
      await compareAnswers(page, query, seed + i)
      const p50: Record<string, number> = {}
      for (const peer of PEERS) {
        const count = peer === 'outpost' ? runs : Math.max(3, Math.ceil(runs / 40))
        const times = await page.evaluate(
          ([name, asked, from, times]) => window.peers.measure(name, asked, from, times),
          [peer, query, seed * 100 + i, count] as const,
        )
        p50[peer] = percentile(times, 0.5)
        metrics[`${query}.${peer}_p50_ms`] = rounded(p50[peer])
      }
      log(`${query}: ${PEERS.map((peer) => `${peer} ${rounded(p50[peer] ?? 0)} ms`).join(', ')}`)
      for (const [peer, list] of Object.entries(ratios)) list.push((p50[peer] ?? 0) / (p50['outpost'] ?? 1))
    }
    const updates: Record<string, number> = {}
    for (const peer of PEERS) {
      const times = await page.evaluate(([name, from]) => window.peers.measureUpdates(name, from, 5), [
        peer,
        seed,
      ] as const)
      updates[peer] = percentile(times, 0.5)
      metrics[`update.${peer}_p50_ms`] = rounded(updates[peer])
    }
    return {
      name: 'peers',
      metrics: {
        ...metrics,
        geomean_ratio_to_tanstack_db: rounded(geometricMean(ratios['tanstack_db'] ?? [])),
        geomean_ratio_to_crossfilter: rounded(geometricMean(ratios['crossfilter'] ?? [])),
        update_ratio_to_tanstack_db: rounded((updates['tanstack_db'] ?? 0) / (updates['outpost'] ?? 1)),
        update_ratio_to_crossfilter: rounded((updates['crossfilter'] ?? 0) / (updates['outpost'] ?? 1)),
      },
      env: { ...machine(), browser: browser.version(), rows, seed, runs },
    }
  })

/** Throws where a peer answers otherwise than we do: a comparison of times would mean nothing. */
const compareAnswers = async (page: Page, query: string, seed: number): Promise<void> => {
  const answers = []
  for (const peer of PEERS)
    answers.push(
      await page.evaluate(([name, asked, from]) => window.peers.answer(name, asked, from), [
        peer,
        query,
        seed,
      ] as const),
    )
  const [ours, ...others] = answers
  others.forEach((answer, i) => {
    deepStrictEqual(answer, ours, `${query}: ${PEERS[i + 1]} answers otherwise`)
  })
}
