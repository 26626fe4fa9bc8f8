/** Every kind of fault that a run may meet. `NETWORK_KINDS` hit single requests; the others a process, a file or a server. */
export const NETWORK_KINDS = [
  'refused',
  'cut_body',
  'lost_response',
  'duplicate',
  'delay',
  'portal_html',
  'portal_redirect',
  'http_407',
  'http_413',
  'http_429',
  'http_500',
  'http_503',
  'poison_edit',
] as const

export const FAULT_KINDS = [
  ...NETWORK_KINDS,
  'refetch_with_handle',
  'refetch_without_handle',
  'gateway_restart',
  'endpoint_kill',
  'postgres_kill',
  'sync_kill',
  'sync_stop',
  'replica_deleted',
  'disk_full',
  'disk_busy',
  'clock_jump',
  'token_expired',
  'membership_revoked',
] as const

export type NetworkKind = (typeof NETWORK_KINDS)[number]
export type FaultKind = (typeof FAULT_KINDS)[number]
export type FaultCounts = Record<FaultKind, number>

export const noFaults = (): FaultCounts => Object.fromEntries(FAULT_KINDS.map((kind) => [kind, 0])) as FaultCounts

export const isNetworkKind = (kind: FaultKind): kind is NetworkKind =>
  (NETWORK_KINDS as readonly FaultKind[]).includes(kind)

/** One planned fault. */
export interface PlannedFault {
  readonly kind: FaultKind
  /** Milliseconds since the run began. */
  readonly fromMs: number
  readonly untilMs: number
  /** The client that it hits; null: every one, for the kinds that hit the way or the server. */
  readonly client: number | null
}

const IN_A_RUN = 0.62
/** Edits must be on their way as it begins, and be sent again before it ends. */
const POISON_IN_A_RUN = 0.9
const LONGEST_MS = 3_000

/** The faults of one run, in order of their beginning: about two thirds of the kinds, each once or twice. */
export const planFaults = (random: () => number, spanMs: number, clients: number): readonly PlannedFault[] =>
  FAULT_KINDS.flatMap((kind) => {
    if (random() >= (kind === 'poison_edit' ? POISON_IN_A_RUN : IN_A_RUN)) return []
    return Array.from({ length: random() < 0.4 ? 2 : 1 }, (): PlannedFault => {
      const fromMs = 1_000 + random() * (spanMs - LONGEST_MS - 1_000)
      const lengthMs = 500 + random() * (LONGEST_MS - 500)
      const everybody = isNetworkKind(kind) && random() < 0.5
      return {
        kind,
        fromMs,
        untilMs: fromMs + lengthMs,
        client: everybody ? null : Math.floor(random() * clients),
      }
    })
  }).sort((a, b) => a.fromMs - b.fromMs)
