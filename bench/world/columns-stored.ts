import { readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

const LIMIT_MS = 300_000
const LOOK_MS = 2_500
/** Less than a row takes in columns.db. */
const BYTES_A_ROW = 60

/** Resolves when a client under `data` has stored the columns of so many rows: its indexes and sorts are made then, and it is idle. */
export const columnsStored = async (data: string, rows: number): Promise<void> => {
  const size = (): number =>
    readdirSync(data, { recursive: true })
      .map(String)
      .filter((file) => /columns\.db(-wal)?$/.test(file))
      .reduce((sum, file) => sum + statSync(path.join(data, file)).size, 0)
  for (let before = -1, waitedMs = 0; waitedMs < LIMIT_MS; waitedMs += LOOK_MS) {
    const now = size()
    if (now >= rows * BYTES_A_ROW && now === before) return
    before = now
    await pause(LOOK_MS)
  }
  throw new Error('No columns were stored.')
}
