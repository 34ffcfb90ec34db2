/**
 * The joined reads of the authorization server: what one request needs, in one statement.
 * They go through `pg` by name and not through Prisma: these are the hot path, where Prisma costs four times as much.
 */
import type { Pool } from 'pg'

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

// A row of each table as JSON, so that one statement can bring several tables' columns without renaming them all.
// Someone who belongs to no organization but their own is its administrator.
const account = `(to_jsonb(u) - 'password_hash') || jsonb_build_object('organization_admin',
  (SELECT coalesce(bool_or(m.role <> 'member') FILTER (WHERE o.personal_user_id IS NULL), true)
    FROM memberships m JOIN organizations o ON o.id = m.organization_id WHERE m.user_id = u.id)) AS account`
const grant = `to_jsonb(g) AS "grant"`
const family = `to_jsonb(f) AS family`
const session = `to_jsonb(s) - 'user_agent' AS session`

/** $3 is the client that the request names; on its way back from an interaction it names the interaction ($4) instead. */
const loadSession = `
  WITH about AS (SELECT coalesce($3::text, (SELECT i.client_id FROM interactions i WHERE i.digest = ANY($4::bytea[]))) AS client_id)
  SELECT ${session}, ${account}, ${grant}, ${family},
    (SELECT coalesce(jsonb_agg(jsonb_build_object('client_id', c.client_id, 'sid', c.sid, 'family_id', c.family_id,
        'persists_logout', coalesce(cf.persists_logout, false))), '[]')
      FROM session_clients c LEFT JOIN token_families cf ON cf.id = c.family_id
      WHERE c.session_id = s.id) AS clients
  FROM sessions s
  CROSS JOIN about
  LEFT JOIN users u ON u.id = s.user_id AND u.disabled_at IS NULL
  LEFT JOIN grants g ON g.user_id = u.id AND g.client_id = about.client_id
  LEFT JOIN session_clients sc ON sc.session_id = s.id AND sc.client_id = about.client_id
  LEFT JOIN token_families f ON f.id = sc.family_id AND f.revoked_at IS NULL AND f.expires_at > $2 AND f.grant_id = g.id
  WHERE s.digest = ANY($1) AND s.expires_at > $2`

const surroundings = `
  LEFT JOIN token_families f ON f.id = t.family_id AND f.revoked_at IS NULL AND f.expires_at > $2
  LEFT JOIN users u ON u.id = t.user_id AND u.disabled_at IS NULL
  LEFT JOIN grants g ON g.id = f.grant_id
  LEFT JOIN sessions s ON s.uid = t.session_uid AND s.expires_at > $2
  WHERE t.digest = ANY($1)`

const loadToken = {
  authorization_codes: `SELECT t.*, ${session}, ${account}, ${grant}, ${family} FROM authorization_codes t ${surroundings}`,
  // An access token comes without its client, so whether that is disabled has to be asked here.
  access_tokens: `SELECT t.*, ${session}, ${account}, ${grant}, ${family} FROM access_tokens t ${surroundings}
    AND EXISTS (SELECT FROM clients c WHERE c.id = t.client_id AND c.disabled_at IS NULL)`,
  refresh_tokens: `SELECT t.*, EXISTS (SELECT FROM refresh_tokens n WHERE n.parent_digest = t.digest AND n.consumed_at IS NOT NULL) AS successor_used,
    ${session}, ${account}, ${grant}, ${family} FROM refresh_tokens t ${surroundings}`,
} as const

/** What the request is about, as far as its URL tells. */
export interface About {
  clientId: string | null
  /** Digests of an interaction's uid. */
  interaction: Buffer[]
}

export async function findSession(
  pool: Pool,
  digests: Buffer[],
  now: Date,
  about: About,
): Promise<LoadedSession | null> {
  const values = [digests, now, about.clientId, about.interaction]
  const { rows } = await pool.query<Record<string, unknown>>({ name: 'oidc-session', text: loadSession, values })
  const row = rows[0]
  const found = row && revive<SessionRow>(row['session'])
  if (!found) return null
  return {
    session: found,
    account: revive<AccountRow>(row['account']),
    grant: revive<GrantRow>(row['grant']),
    family: revive<FamilyRow>(row['family']),
    clients: row['clients'] as SessionClientRow[],
  }
}

export async function findToken<T extends keyof typeof loadToken>(
  pool: Pool,
  table: T,
  digests: Buffer[],
  now: Date,
): Promise<{
  token: { authorization_codes: CodeRow; access_tokens: AccessTokenRow; refresh_tokens: RefreshTokenRow }[T]
  around: Surroundings
} | null> {
  const { rows } = await pool.query<Record<string, unknown>>({
    name: `oidc-${table}`,
    text: loadToken[table],
    values: [digests, now],
  })
  const row = rows[0]
  if (!row) return null
  const { account: accountJson, grant: grantJson, family: familyJson, session: sessionJson, ...token } = row
  return {
    token: token as never,
    around: {
      account: revive<AccountRow>(accountJson),
      grant: revive<GrantRow>(grantJson),
      family: revive<FamilyRow>(familyJson),
      session: revive<SessionRow>(sessionJson),
    },
  }
}

/** A family by its id with what stands around it: for structured tokens, which rest in no table. */
export async function findFamily(pool: Pool, familyId: string, now: Date): Promise<Surroundings | null> {
  const { rows } = await pool.query<Record<string, unknown>>({
    name: 'oidc-family',
    text: `SELECT ${session}, ${account}, ${grant}, ${family} FROM token_families f
      JOIN users u ON u.id = f.user_id AND u.disabled_at IS NULL
      JOIN grants g ON g.id = f.grant_id
      LEFT JOIN sessions s ON s.uid = f.session_uid AND s.expires_at > $2
      WHERE f.id = $1 AND f.revoked_at IS NULL AND f.expires_at > $2`,
    values: [familyId, now],
  })
  const row = rows[0]
  if (!row) return null
  return {
    account: revive<AccountRow>(row['account']),
    grant: revive<GrantRow>(row['grant']),
    family: revive<FamilyRow>(row['family']),
    session: revive<SessionRow>(row['session']),
  }
}

export async function findAccount(pool: Pool, userId: string): Promise<AccountRow | null> {
  const { rows } = await pool.query<Record<string, unknown>>({
    name: 'oidc-account',
    text: `SELECT ${account} FROM users u WHERE u.id = $1 AND u.disabled_at IS NULL`,
    values: [userId],
  })
  return revive<AccountRow>(rows[0]?.['account'])
}

export async function findInteraction(
  pool: Pool,
  digests: Buffer[],
  now: Date,
): Promise<{ digest: Buffer; payload_sealed: Buffer } | null> {
  const { rows } = await pool.query<{ digest: Buffer; payload_sealed: Buffer }>({
    name: 'oidc-interaction',
    text: 'SELECT digest, payload_sealed FROM interactions WHERE digest = ANY($1) AND expires_at > $2',
    values: [digests, now],
  })
  return rows[0] ?? null
}

export async function replayed(pool: Pool, digests: Buffer[]): Promise<boolean> {
  const { rows } = await pool.query({
    name: 'oidc-replay',
    text: 'SELECT 1 FROM replays WHERE digest = ANY($1)',
    values: [digests],
  })
  return rows.length > 0
}

export async function tokenRevoked(pool: Pool, jti: string): Promise<boolean> {
  const { rows } = await pool.query({
    name: 'oidc-revoked',
    text: 'SELECT 1 FROM revoked_tokens WHERE jti = $1',
    values: [jti],
  })
  return rows.length > 0
}

/** jsonb has neither times nor bytes: Postgres writes both as text. */
function revive<T>(json: unknown): T | null {
  if (json === null || json === undefined) return null
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => {
      if (typeof value !== 'string') return [name, value]
      if (name.endsWith('_at')) return [name, new Date(value)]
      if (value.startsWith('\\x') && (name === 'digest' || name === 'state_sealed' || name === 'client_fingerprint')) {
        return [name, Buffer.from(value.slice(2), 'hex')]
      }
      return [name, value]
    }),
  ) as T
}
