import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { importRules } from './import-rules/rules.ts'
import { violationsIn } from './import-rules/tree.ts'

/** `node scripts/import-rules.ts`: prints each import that `import-rules.json` does not allow; exits 1 on any. */
const root = fileURLToPath(new URL('..', import.meta.url))
const rules = importRules.parse(JSON.parse(readFileSync(new URL('../import-rules.json', import.meta.url), 'utf8')))
const violations = violationsIn(root, rules)
for (const { file, line, message } of violations) console.error(`${file}:${line} ${message}`)
process.exitCode = violations.length === 0 ? 0 : 1
