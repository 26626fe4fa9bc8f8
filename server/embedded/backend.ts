import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { GatewayEvent } from '../gateway/options.ts'
import { type Gateway, startGateway } from '../gateway/start.ts'
import { type DemoSource, openDemoDatabase, type Progress } from './demo-database.ts'
import { type BackendMember, findMember, listMembers } from './members.ts'
import { startPostgres } from './postgres/start.ts'
import { startShapeEndpoint } from './shape/start.ts'
import { openSigner } from './signing-key.ts'

export interface BackendOptions {
  readonly dataDir: string
  /** Of the demo data. Default 1. */
  readonly seed?: number
  /** Accounts of the demo workspace. Default 50,000. */
  readonly accounts?: number
  /** Takes the companies from a CSV file instead. */
  readonly companiesFile?: string
  /** The demo's "now", epoch ms. Default: the time of the first start. */
  readonly epochMs?: number
  /** Default: any free port, kept while this backend lives. */
  readonly gatewayPort?: number
  readonly postgresPort?: number
  /** `false` gives up surviving a power cut: tests. Default true. */
  readonly durable?: boolean
  readonly onProgress?: Progress
  readonly log?: (event: GatewayEvent) => void
  /** ELECTRIC_URL and ELECTRIC_SECRET put a real Electric in the shape endpoint's place. Default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

export interface Backend {
  readonly gatewayUrl: string
  /** Superuser's URL of the database `outpost`; it holds the password. */
  readonly postgresUrl: string
  readonly electricUrl: string
  /** What Electric, or the endpoint in its place, asks for as the parameter `secret`. */
  readonly electricSecret: string | undefined
  readonly workspaceId: string
  /** The second workspace, whose rows no client of the first may get. */
  readonly otherWorkspaceId: string
  members(): Promise<readonly BackendMember[]>
  /** A token of a member given by id, e-mail, name, or role (the first one of the main workspace). `expiresIn`: '12h' (default), '30d', '-1s' … */
  tokenFor(who: string, options?: { readonly expiresIn?: string }): Promise<string>
  stopGateway(): Promise<void>
  /** Starts it again on the same port. */
  startGateway(): Promise<void>
  stop(): Promise<void>
}

const DEFAULTS = { seed: 1, accounts: 50_000 }

type Stop = () => Promise<void>

const stopAll = async (stops: Stop[]): Promise<void> => {
  const failures: unknown[] = []
  for (const stop of stops.splice(0).reverse()) await stop().catch((error: unknown) => failures.push(error))
  if (failures.length > 0) throw new AggregateError(failures, 'The backend did not stop cleanly.')
}

const compose = async (options: BackendOptions, stops: Stop[]): Promise<Backend> => {
  const { dataDir, onProgress = () => {}, env = process.env } = options
  await mkdir(dataDir, { recursive: true })
  const signer = await openSigner(path.join(dataDir, 'signing-key.json'))

  onProgress('Postgres', 0, 0)
  const postgres = await startPostgres({
    dataDir: path.join(dataDir, 'postgres'),
    durable: options.durable ?? true,
    ...(options.postgresPort === undefined ? {} : { port: options.postgresPort }),
  })
  stops.push(() => postgres.stop())
  const source: DemoSource = {
    seed: options.seed ?? DEFAULTS.seed,
    accounts: options.accounts ?? DEFAULTS.accounts,
    epochMs: options.epochMs ?? Date.now(),
    ...(options.companiesFile === undefined ? {} : { companiesFile: options.companiesFile }),
  }
  const shapesDir = path.join(dataDir, 'shapes')
  const database = await openDemoDatabase(postgres.url, path.join(dataDir, 'demo.json'), shapesDir, source, onProgress)

  const electric = { url: env['ELECTRIC_URL'], secret: env['ELECTRIC_SECRET'] }
  if (electric.url === undefined) {
    onProgress('Shape endpoint', 0, 0)
    // Its answers name any origin, as Electric's do: without a secret every page on this computer could read the shapes.
    const secret = randomBytes(24).toString('hex')
    const endpoint = await startShapeEndpoint({ databaseUrl: database.url, storageDir: shapesDir, secret })
    stops.push(() => endpoint.stop())
    electric.url = endpoint.url
    electric.secret = secret
  }
  const electricUrl = electric.url

  let gateway: Gateway | null = null
  const stopGateway = async (): Promise<void> => {
    const running = gateway
    gateway = null
    await running?.stop()
  }
  const runGateway = async (port: number): Promise<Gateway> => {
    gateway ??= await startGateway({
      databaseUrl: database.url,
      electricUrl,
      jwt: { keys: { kind: 'jwks', jwks: signer.jwks }, issuer: signer.issuer, audience: signer.audience },
      port,
      ...(electric.secret === undefined ? {} : { electricSecret: electric.secret }),
      ...(options.log === undefined ? {} : { log: options.log }),
    })
    return gateway
  }
  onProgress('Gateway', 0, 0)
  const { url: gatewayUrl, port } = await runGateway(options.gatewayPort ?? 0)
  stops.push(stopGateway)

  const members = () => listMembers(database.url)
  return {
    gatewayUrl,
    postgresUrl: database.url,
    electricUrl,
    electricSecret: electric.secret,
    workspaceId: database.workspaceId,
    otherWorkspaceId: database.otherWorkspaceId,
    members,
    tokenFor: async (who, { expiresIn = '12h' } = {}) =>
      signer.sign(findMember(await members(), database.workspaceId, who).userId, expiresIn),
    stopGateway,
    startGateway: async () => {
      await runGateway(port)
    },
    stop: () => stopAll(stops),
  }
}

/**
 * Starts everything that the app needs of a server, on this machine: Postgres, its schema, the demo data (at the first start), the
 * shape endpoint and the gateway. A start that fails leaves nothing running.
 *
 * @throws Error in words: port in use, data directory in use or holding another demo, no Postgres for this platform
 */
export const startBackend = async (options: BackendOptions): Promise<Backend> => {
  const stops: Stop[] = []
  try {
    return await compose(options, stops)
  } catch (error) {
    await stopAll(stops).catch(() => {})
    throw error
  }
}
