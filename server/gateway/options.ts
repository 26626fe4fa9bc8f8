import type { JSONWebKeySet } from 'jose'
import type pg from 'pg'

/** Where the keys come from that tokens are checked with: public keys (given or fetched), or one shared secret (HS256). */
export type TokenKeys =
  | { readonly kind: 'jwks'; readonly jwks: JSONWebKeySet }
  | { readonly kind: 'jwks-url'; readonly url: URL }
  | { readonly kind: 'secret'; readonly secret: string }

export interface TokenRules {
  readonly keys: TokenKeys
  /** The token's `iss` and `aud` must be these, where given. */
  readonly issuer?: string
  readonly audience?: string
}

/** One line of the gateway's log: what happened, never what a user typed. */
export interface GatewayEvent {
  readonly level: 'info' | 'warn' | 'error'
  readonly event: string
  readonly [detail: string]: string | number | boolean | null
}

export interface GatewayOptions {
  /** Connections of a role that is a member of `outpost_app`. */
  readonly pool: pg.Pool
  /** Electric's origin, or that of anything that answers `/v1/shape` as Electric does. */
  readonly electricUrl: string
  readonly electricSecret?: string
  readonly jwt: TokenRules
  /** Epoch ms; tokens expire by it. */
  readonly now?: () => number
  /** The most time that Postgres may take over one request. Default 20,000 ms. */
  readonly statementTimeoutMs?: number
  readonly log?: (event: GatewayEvent) => void
}
