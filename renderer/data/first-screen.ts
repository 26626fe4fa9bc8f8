import type { WindowRow } from '../../core/protocol/query-worker.ts'
import { localDay } from '../../core/query/relative-day.ts'
import type { ListEntity, ListSpec } from '../../core/query/spec.ts'
import { call, listen } from './api.ts'

/** Rows asked of the disk: more than the tallest screen shows, so that one may begin to scroll. */
const SCREEN_ROWS = 128

/** The first rows of lists as the sync process has them on disk, for as long as the query worker loads its columns. */
export interface FirstScreen {
  /** Null for a list that has to wait for its columns, and where the disk cannot be asked. */
  read(spec: ListSpec): Promise<readonly WindowRow[] | null>
  /** Calls `listener` when records of an entity changed; answers what stops it. */
  onChange(entity: ListEntity, listener: () => void): () => void
}

/** Through `window.outpost`. */
export const firstScreen: FirstScreen = {
  async read(spec) {
    const today = localDay(Date.now(), new Date().getTimezoneOffset())
    const answer = await call('list.first', { spec, today, count: SCREEN_ROWS })
    return answer.ok ? (answer.value?.rows ?? null) : null
  },
  onChange: (entity, listener) =>
    listen('records', ({ changes }) => {
      if (changes.some((change) => change.entity === entity)) listener()
    }),
}

/** Tells a list's first rows, and again after each change of its records, one read at a time; answers what stops it. */
export const followFirstRows = (
  screen: FirstScreen,
  spec: ListSpec,
  tell: (rows: readonly WindowRow[] | null) => void,
): (() => void) => {
  let [stale, reading, stopped] = [true, false, false]
  const read = async (): Promise<void> => {
    if (reading) return
    reading = true
    while (stale && !stopped) {
      stale = false
      const rows = await screen.read(spec)
      if (!stopped) tell(rows)
    }
    reading = false
  }
  const stopListening = screen.onChange(spec.entity, () => {
    stale = true
    void read()
  })
  void read()
  return () => {
    stopped = true
    stopListening()
  }
}
