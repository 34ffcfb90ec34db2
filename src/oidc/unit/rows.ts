/** What the joined reads bring: rows as the rest of `oidc/` sees them, and how they come out of Postgres' JSON. */

export interface AccountRow {
  id: string
  email: string
  email_verified_at: Date | null
  name: string | null
  locale: string | null
  administrator: boolean
  organization_admin: boolean
  updated_at: Date
}

export interface GrantRow {
  id: string
  client_id: string
  oidc_scopes: string[]
  refused_oidc_scopes: string[]
  claims: string[]
  refused_claims: string[]
  resource_scopes: Record<string, string[]>
  refused_resource_scopes: Record<string, string[]>
  client_fingerprint: Buffer
  last_used_at: Date | null
}

/** A family that is neither revoked nor over. */
export interface FamilyRow {
  id: string
  grant_id: string
  user_id: string
  client_id: string
  expires_at: Date
  created_at: Date
}

export interface SessionRow {
  id: string
  digest: Buffer
  uid: string
  user_id: string | null
  signed_in_at: Date | null
  acr: string | null
  amr: string[]
  transient: boolean
  state_sealed: Buffer | null
  last_used_at: Date | null
  created_at: Date
  expires_at: Date
}

export interface SessionClientRow {
  client_id: string
  sid: string
  family_id: string | null
  persists_logout: boolean
}

export interface TokenRow {
  digest: Buffer
  family_id: string | null
  client_id: string
  user_id: string | null
  session_uid: string | null
  scope: string | null
  payload: Record<string, unknown>
  issued_at: Date
  expires_at: Date
}
export interface CodeRow extends TokenRow {
  family_id: string
  user_id: string
  redirect_uri: string
  resource: string[]
  consumed_at: Date | null
}
export interface RefreshTokenRow extends TokenRow {
  family_id: string
  user_id: string
  resource: string[]
  rotations: number
  initially_issued_at: Date
  consumed_at: Date | null
  /** Has the token that replaced it been used? */
  successor_used: boolean
}
export interface AccessTokenRow extends TokenRow {
  audience: string | null
}

/** What stands around a token: each part null if it is gone, over, revoked or disabled. */
export interface Surroundings {
  account: AccountRow | null
  grant: GrantRow | null
  family: FamilyRow | null
  session: SessionRow | null
}

export interface LoadedSession {
  session: SessionRow
  clients: SessionClientRow[]
  account: AccountRow | null
  /** What the person has allowed the client that this request is about. */
  grant: GrantRow | null
  /** The live family of that client in this session. */
  family: FamilyRow | null
}

/** Which columns JSON writes as text that are times, and which are bytes. */
interface Columns {
  times: readonly string[]
  bytes: readonly string[]
}
const columns = {
  session: { times: ['signed_in_at', 'last_used_at', 'created_at', 'expires_at'], bytes: ['digest', 'state_sealed'] },
  account: { times: ['email_verified_at', 'updated_at'], bytes: [] },
  grant: { times: ['last_used_at'], bytes: ['client_fingerprint'] },
  family: { times: ['created_at', 'expires_at'], bytes: [] },
  token: { times: ['issued_at', 'expires_at', 'initially_issued_at', 'consumed_at'], bytes: ['digest'] },
} as const satisfies Record<string, Columns>

/** Puts times and bytes in the place of their texts. */
export function revive<T>(kind: keyof typeof columns, json: unknown): T | null {
  if (json === null || json === undefined) return null
  const row = json as Record<string, unknown>
  const { times, bytes }: Columns = columns[kind]
  for (const name of times) if (typeof row[name] === 'string') row[name] = new Date(row[name])
  // \x and two digits for each byte.
  for (const name of bytes) if (typeof row[name] === 'string') row[name] = Buffer.from(row[name].slice(2), 'hex')
  return row as T
}
