/** What is asked of `POST /v1/keys/verify-batch`, and what it answers, in wire names. */

export interface Asked {
  credential: string
  scopes?: readonly string[]
  resource: string
  environment: 'live' | 'test'
  /** None with `spent`: no call is asked about. */
  cost?: number
  ip?: string
  /** Units that were let pass here since it was asked last. */
  spent: number
  /** How many calls they were. */
  calls: number
  /** Asks for what is needed to hold the answer. */
  depends_on?: true
}

export interface LimitTold {
  readonly policy: string
  readonly limit: number
  readonly remaining: number
  readonly reset_in: number
}

/** Only with `depends_on`. */
export interface CountedLimit extends LimitTold {
  readonly window: number
  readonly counter: string
}

export interface Answer {
  readonly valid: boolean
  readonly code: string
  readonly kind: 'api_key' | 'access_token' | null
  readonly subject: string | null
  readonly key_id?: string
  readonly client_id?: string
  readonly organization_id: string | null
  readonly external_id: string | null
  readonly scopes: readonly string[]
  readonly missing_scopes?: readonly string[]
  readonly retry_after?: number
  readonly tier: string | null
  readonly environment: 'live' | 'test' | '-' | null
  readonly expires_at: string | null
  readonly limits: readonly LimitTold[]
}

/** What `depends_on` was asked for. */
export interface HoldableAnswer extends Answer {
  readonly limits: readonly CountedLimit[]
  readonly depends_on: readonly string[]
  readonly address_bound?: boolean
}
