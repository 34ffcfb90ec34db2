/** A secret that was found where anybody may read it: what its finder says of it, and what became of it. */

export interface ReportedToken {
  token: string
  type: string
  /** Where it was found; empty: that wasn't said. */
  url: string
  source: string
}

/**
 * `revoked`, `grace`: the secret was alive, and its key is revoked, or ends soon · `dead`: it was one of ours, but no longer
 * good for anything · `unknown`: none of ours.
 */
export const outcomes = ['revoked', 'grace', 'dead', 'unknown'] as const
export type LeakOutcome = (typeof outcomes)[number]

/** A secret that rests here. */
export interface LeakedSecret {
  secretId: string
  keyId: string
  hint: string
}

export type LeakResponse = 'revoke' | 'grace'
