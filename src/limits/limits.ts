/** What is limited and how: an hour's quota and a bucket for bursts, counted together, charged all or nothing. */

export interface Burst {
  /** Calls at once. */
  readonly size: number
  readonly refillPerSecond: number
}

export interface Limits {
  /** Calls in any 60 minutes; null: unlimited. */
  readonly hour: number | null
  readonly burst: Burst
}

export interface Tier {
  readonly name: string
  readonly limits: Limits
  /** As it was said; null: the bucket refills at `hour / 3600`, an overriding hour's too. */
  readonly saidRefillPerSecond: number | null
  /** `organization`: all credentials of one share the limits. */
  readonly limitPer: 'key' | 'organization'
  /** What all credentials of an organization of this tier share besides, so that many keys don't multiply it. */
  readonly organizationLimits: Limits | null
}

/** Over its tier's. */
export interface LimitOverrides {
  readonly hour?: number | 'unlimited' | undefined
  readonly burst?: { readonly size: number; readonly refill_per_second?: number | undefined } | undefined
}

/** One thing that is counted, and how far it may go. */
export interface Meter {
  /**
   * What all meters of one call have in common: the organization's id, or the id of a client of none. Counts of one group
   * lie on one node of a Redis Cluster.
   */
  readonly group: string
  /**
   * `key:<id>`, `organization:<id>:<environment>`, `client:<id>`, `client:<id>:<subject>`, and for the organization's
   * ceiling `ceiling:<id>:<environment>`: never a secret's version, and in one call each at most once.
   */
  readonly subject: string
  readonly limits: Limits
  /** Before the names of its policies, where an organization's ceiling is counted besides. */
  readonly prefix: '' | 'organization-'
}

/** What one call is charged to, in the order in which policies are named in answers. At least one. */
export type Meters = readonly Meter[]

export interface PolicyState {
  /** `hour`, `burst`, `organization-hour`, `organization-burst`. */
  readonly policy: string
  /** The quota, or the bucket's size. */
  readonly limit: number
  /** Whole units, after this call. */
  readonly remaining: number
  /** Seconds until one more unit; 0 when all is there. */
  readonly resetSeconds: number
}

export interface Decision {
  readonly allowed: boolean
  /** Never too early; 0 if it was allowed. */
  readonly retryAfterSeconds: number
  /** The policies that refused. */
  readonly violated: readonly string[]
  /** Unlimited ones are left out. */
  readonly policies: readonly PolicyState[]
}

export interface Limiter extends AsyncDisposable {
  /**
   * Charges all meters or none. At once where counts are in this process, so that nobody waits; a promise where they are in
   * Redis. Never rejects: when Redis is gone, it counts on from what was mirrored last.
   * @param cost whole units, 1 to 10,000; 0: nothing is asked for, and nothing refused
   * @param spent whole units that passed elsewhere already: before anything else each policy takes as many of them as it
   * still has room for
   */
  charge(meters: Meters, cost: number, spent?: number): Decision | Promise<Decision>
  /** The same look without a charge; `allowed` says whether one unit would pass. */
  look(meters: Meters): Decision | Promise<Decision>
  /** Takes in what was written down before this process began; does nothing for a subject that is counted already. */
  restore(rows: readonly CounterRow[]): void
  /** What has changed since the last call, to be written down. Empty where Redis keeps the counts. */
  takeChanged(): CounterRow[]
}

/** A row of `limit_counters`. */
export interface CounterRow {
  subject: string
  /** Packed by limits/: calls by minute. */
  minutes: Uint8Array
  burstDebt: number
  at: Date
}

/** The tiers as they are now, in memory. */
export interface Tiers extends Disposable {
  /** A name that is no tier's any more counts as `free`, or as the smallest there is. */
  get(name: string): Tier
  has(name: string): boolean
  /** Grows when any tier changes: what was worked out from an older one is worked out anew. */
  readonly version: number
}

/** Whose call it is, as far as limits go. */
export interface Metered {
  kind: 'key' | 'client'
  /** The key's id, or the client's. */
  id: string
  /** Who stands behind a token. */
  subject: string
  /** How a client is counted. */
  clientLimitPer?: 'client' | 'client_and_subject'
  organizationId: string | null
  environment: 'live' | 'test' | '-'
  /** Its own tier, over its organization's. */
  tier: string | null
  organizationTier: string | null
  overrides: LimitOverrides | null
}
