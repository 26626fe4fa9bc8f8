/**
 * `npm run soak`: the suites that take longer than a change can wait for: every step of a scenario failing in turn, planted faults
 * under chaos, and chaos over real processes. Arguments go to Vitest.
 */
import { runVitest } from './vitest.ts'

process.exitCode = await runVitest(['--project', 'soak', ...process.argv.slice(2)])
