/** One walk through the code flow, as far as it has come: what the app drew, asked, was told, and holds. */
import type { JSONWebKeySet } from 'jose'
import type { Exchange } from './http.ts'

export interface Flow {
  readonly request: AuthorizationRequest
  callback: Callback | null
  exchange: CodeExchange | null
  tokens: Tokens | null
  /** What was done with the tokens, newest last. */
  uses: readonly Use[]
}

/** The server's addresses, as its discovery document has them (RFC 8414). */
export interface Endpoints {
  authorization: string
  token: string
  userinfo: string
  introspection: string
  revocation: string
  jwks: string
}

export interface AuthorizationRequest {
  readonly discovery: Exchange
  readonly endpoints: Endpoints
  /** Drawn for this flow, and never sent before the exchange. */
  readonly verifier: string
  readonly state: string
  readonly nonce: string
  readonly parameters: Readonly<Record<string, string>>
  /** Where the browser is sent. */
  readonly url: string
}

/** What the browser brought back from the server. */
export interface Callback {
  readonly url: string
  readonly at: Date
  readonly answer: { code: string } | { fault: Fault }
}

export interface CodeExchange {
  readonly exchanges: readonly Exchange[]
  readonly fault: Fault | null
}

export interface Tokens {
  /** For the API. */
  access: string
  /** For the userinfo endpoint; asked for when it is needed. */
  identity: string | null
  id: string
  refresh: string | null
  rotations: number
  jwks: JSONWebKeySet
  /** Why none of them works any more. */
  ended: 'revoked' | 'replayed' | null
}

export const useKinds = ['refresh', 'userinfo', 'introspect', 'revoke', 'replay'] as const
export type UseKind = (typeof useKinds)[number]

export interface Use {
  readonly kind: UseKind
  readonly exchanges: readonly Exchange[]
  readonly fault: Fault | null
  /** What introspection said of the access token. */
  readonly active: boolean | null
}

/** An OAuth error, in the protocol's own words, or one that the app found by itself. */
export interface Fault {
  readonly code: string
  readonly description: string | null
}

/** A page shows these, and memory holds no more. */
const keptUses = 8

export function noteUse(flow: Flow, use: Use): void {
  flow.uses = [...flow.uses, use].slice(-keptUses)
}

/** The fault in an answer of the server; null if there is none. */
export function faultOf({ status, body }: { status: number; body: Readonly<Record<string, unknown>> }): Fault | null {
  if (status >= 200 && status < 300) return null
  const { error, error_description: description } = body
  return {
    code: typeof error === 'string' ? error : `HTTP ${status}`,
    description: typeof description === 'string' ? description : null,
  }
}
