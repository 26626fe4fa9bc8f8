import { chmodSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** A new folder below the system's temporary one that other accounts may enter (Postgres runs as another user under root). */
export function openTempRoot(): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'outpost-test-'))
  chmodSync(dir, 0o711)
  return dir
}
