import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { referencesOf } from './references.ts'
import { type ImportRules, problemOf, type Violation } from './rules.ts'

const SOURCE = /(?<!\.d)\.[cm]?tsx?$/
const SKIPPED = new Set(['node_modules', 'out', 'dist', 'test-results'])

const filesUnder = (root: string, folder: string): readonly string[] =>
  readdirSync(join(root, folder), { withFileTypes: true, recursive: false }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (entry.isDirectory()) return SKIPPED.has(entry.name) || entry.name.startsWith('.') ? [] : filesUnder(root, path)
    return folder !== '' && SOURCE.test(entry.name) ? [path] : []
  })

/**
 * Checks every TypeScript file below `root` (configuration files right in it excepted) against the rules, and that
 * each door file is there.
 */
export const violationsIn = (root: string, rules: ImportRules): readonly Violation[] => {
  const missing = rules.doors
    .filter((door) => !existsSync(join(root, door.file)))
    .map((door) => ({ file: 'import-rules.json', line: 1, message: `the door ${door.file} is not there` }))
  const wrong = filesUnder(root, '').flatMap((file) =>
    referencesOf(file, readFileSync(join(root, file), 'utf8')).flatMap((reference) => {
      const message = problemOf(rules, file, reference)
      return message === null ? [] : [{ file, line: reference.line, message }]
    }),
  )
  return [...missing, ...wrong]
}
