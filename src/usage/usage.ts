/** What was decided, gathered in memory and written once a second for all credentials together. */

export interface UsageCount {
  kind: 'key' | 'client'
  /** The key's id, or the client_id. */
  credentialId: string
  organizationId: string | null
  /** `<policy> <match>` of a stored policy; empty where none was asked. */
  route: string
  outcome: 'allowed' | 'limited' | 'denied'
  /** Units that were charged: 0 unless allowed. */
  cost: number
  /** How many were decided so; one unless said. */
  calls?: number
  /** Of an API key that was allowed: the scopes that this needed. */
  scopes?: readonly string[] | undefined
}

/** Counting waits for nothing, and allocates nothing for a credential that was counted lately. */
export interface UsageRecorder extends AsyncDisposable {
  count(what: UsageCount): void
  /** This secret (sec_…) of a key was accepted just now. */
  used(secretId: string): void
  /** These scopes of an API key were needed just now, by something that isn't counted with them. */
  needed(keyId: string, scopes: readonly string[]): void
  /** Writes what is gathered, which happens by itself each second and at the end. Rejects if it can't; nothing is lost by that. */
  flush(): Promise<void>
  /** Rows that wait to be written; it grows while the database is away. */
  readonly waitingRows: number
}
