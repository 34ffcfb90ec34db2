/** Whose call it is. */

export interface Identity {
  readonly kind: 'api_key' | 'access_token'
  /** The person, service account or client that it acts for. */
  readonly subject: string
  /** Id of the organization (org_…) that it belongs to. */
  readonly organization: string | null
  /** The platform's own id of that organization. */
  readonly externalId: string | null
  /** What it may do at this moment. */
  readonly scopes: readonly string[]
  readonly tier: string
  /** `-` for an access token, which belongs to none. */
  readonly environment: 'live' | 'test' | '-'
  readonly keyId: string | null
  readonly clientId: string | null
}
