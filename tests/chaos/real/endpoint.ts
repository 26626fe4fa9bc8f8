/** `node endpoint.ts DATABASE_URL STORAGE_DIR PORT`: the shape endpoint as a process that can be killed. */
import { startShapeEndpoint } from '../../../server/embedded/shape/start.ts'

const [databaseUrl = '', storageDir = '', port = '0'] = process.argv.slice(2)
const onLog = (line: string): void => void process.stderr.write(`${new Date().toISOString()} ${line}\n`)
await startShapeEndpoint({ databaseUrl, storageDir, port: Number(port), liveTimeoutMs: 5_000, onLog })
