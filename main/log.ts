import { pino } from 'pino'
import { RotatingFile, rotateIfLarge } from './rotating-file.ts'

const maxBytes = 5 * 1024 * 1024
const oldFiles = 3

export type Log = ReturnType<typeof openLog>

/** The app's log: JSON lines in a rotating file. What a user typed and the token never go in. */
export function openLog(path: string) {
  const file = new RotatingFile(path, maxBytes, oldFiles)
  return pino({ base: { process: 'main' }, redact: ['token', 'databaseKey', '*.token', '*.databaseKey'] }, file)
}

/** Makes room in the sync process' own log, before it starts. */
export function rotateSyncLog(path: string | null): void {
  if (path !== null) rotateIfLarge(path, maxBytes, oldFiles)
}
