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
}

export interface UsageRecorder extends AsyncDisposable {
  count(what: UsageCount): void
  /** This secret (sec_…) of this key was accepted just now. */
  used(keyId: string, secretId: string): void
  /** Writes what is gathered; also at the end. */
  flush(): Promise<void>
}
