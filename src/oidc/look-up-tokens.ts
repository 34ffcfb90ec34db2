/**
 * Finds what decides about access tokens, JWT and opaque alike: was the token, its family, its session, its client or its
 * person ended since? Through `pg` by name, since a check of a token that isn't in memory waits for it.
 */
import type { Pool } from 'pg'
import type { CounterRow } from '../limits/limits.ts'
import type { Secrets } from '../platform/secrets.ts'
import type { AccessTokenClaims } from './verify-access-token.ts'

/** A token with everything that decides about it, as the database had it. */
export interface FoundToken {
  readonly clientId: string
  /** The person, or the client itself. */
  readonly subject: string
  readonly userId: string | null
  readonly scopes: readonly string[]
  /** The resource that it is for; null: for the userinfo endpoint alone. */
  readonly audience: string | null
  readonly expiresAt: Date
  /** When the person signed in for it; only a JWT says so. */
  readonly authenticatedAt: Date | null
  /** Ids whose change may end it. */
  readonly dependsOn: readonly string[]
  readonly bound: boolean
  readonly standing: 'live' | 'revoked' | 'disabled'
  readonly organizationId: string | null
  readonly externalId: string | null
  readonly tier: string | null
  readonly organizationTier: string | null
  readonly limitPer: 'client' | 'client_and_subject'
  readonly grantableScopes: readonly string[]
  /** Of its person; of a client by itself, whether an administrator registered it for what it holds. */
  readonly administrator: boolean
  readonly organizationAdmin: boolean
  /** Every organization that its person belongs to; for a client's own token the client's. */
  readonly organizations: ReadonlyMap<string, 'owner' | 'admin' | 'member'>
}

interface Row {
  client_disabled: boolean
  origin: 'administrator' | 'self_registered'
  organization_id: string | null
  external_id: string | null
  organization_tier: string | null
  tier: string | null
  limit_per: 'client' | 'client_and_subject'
  grantable_scopes: string[] | null
  revoked: boolean
  family_live: boolean
  session_live: boolean
  user_disabled: boolean | null
  administrator: boolean | null
  memberships: { id: string; role: 'owner' | 'admin' | 'member'; personal: boolean }[] | null
  counters: { subject: string; minutes: string; debt: number; at: string }[] | null
}

/** $1 the moment, $2 client, $3 person, $4 family, $5 session, $6 jti. */
const standing = {
  name: 'access-token-standing',
  text: `SELECT c.disabled_at IS NOT NULL AS client_disabled, c.origin, c.organization_id, o.external_id, o.tier AS organization_tier,
    c.tier, c.limit_per, c.grantable_scopes, u.disabled_at IS NOT NULL AS user_disabled, u.administrator,
    EXISTS (SELECT FROM revoked_tokens r WHERE r.jti = $6) AS revoked,
    EXISTS (SELECT FROM token_families f JOIN grants g ON g.id = f.grant_id
      WHERE f.id = $4 AND f.revoked_at IS NULL AND f.expires_at > $1) AS family_live,
    EXISTS (SELECT FROM sessions s WHERE s.uid = $5 AND s.expires_at > $1) AS session_live,
    (SELECT json_agg(json_build_object('id', m.organization_id, 'role', m.role, 'personal', p.personal_user_id IS NOT NULL))
      FROM memberships m JOIN organizations p ON p.id = m.organization_id WHERE m.user_id = $3) AS memberships,
    (SELECT json_agg(json_build_object('subject', l.subject, 'minutes', encode(l.minutes, 'base64'),
        'debt', l.burst_debt, 'at', l.at))
      FROM limit_counters l
      WHERE l.subject IN ('client:' || c.id, 'client:' || c.id || ':' || $3, 'organization:' || c.organization_id || ':-',
        'ceiling:' || c.organization_id || ':-'))
      AS counters
  FROM clients c
  LEFT JOIN organizations o ON o.id = c.organization_id
  LEFT JOIN users u ON u.id = $3
  WHERE c.id = $2`,
}

const opaque = {
  name: 'access-token-opaque',
  text: `SELECT client_id, user_id, family_id, scope, audience, expires_at, payload ? 'cnf' AS bound, digest,
    CASE WHEN payload ->> 'expiresWithSession' = 'true' THEN session_uid END AS session_uid
    FROM access_tokens WHERE digest = ANY($1::bytea[])`,
}

interface OpaqueRow {
  client_id: string
  user_id: string | null
  family_id: string | null
  session_uid: string | null
  scope: string | null
  audience: string | null
  expires_at: Date
  bound: boolean
  digest: Buffer
}

/** What a token says of itself, wherever it says it. */
interface Said {
  clientId: string
  userId: string | null
  familyId: string | null
  sessionUid: string | null
  scope: string | undefined
  audience: string | null
  expiresAt: Date
  authenticatedAt: Date | null
  bound: boolean
  /** How it is revoked by itself. */
  id: string
}

interface Services {
  pool: Pool
  secrets: Secrets
  now: Date
  /** Takes what was spent of the limits before this process began to count. */
  restore: (rows: readonly CounterRow[]) => void
}

/** Null if its client is gone. */
export async function lookUpJwt(services: Services, claims: AccessTokenClaims): Promise<FoundToken | null> {
  const { aud } = claims
  return standingOf(services, {
    clientId: claims.client_id,
    userId: claims.sub === claims.client_id ? null : claims.sub,
    familyId: claims.fam ?? null,
    sessionUid: claims.sid ?? null,
    scope: claims.scope,
    audience: typeof aud === 'string' ? aud : (aud?.[0] ?? null),
    expiresAt: new Date(claims.exp * 1000),
    authenticatedAt: claims.auth_time === undefined ? null : new Date(claims.auth_time * 1000),
    bound: claims.cnf !== undefined,
    id: claims.jti,
  })
}

/** Null if there is none. */
export async function lookUpOpaqueToken(services: Services, token: string): Promise<FoundToken | null> {
  const { pool, secrets } = services
  const { rows } = await pool.query<OpaqueRow>({ ...opaque, values: [secrets.digests('access_token', token)] })
  const row = rows[0]
  if (!row) return null
  return standingOf(services, {
    clientId: row.client_id,
    userId: row.user_id,
    familyId: row.family_id,
    sessionUid: row.session_uid,
    scope: row.scope ?? undefined,
    audience: row.audience,
    expiresAt: row.expires_at,
    authenticatedAt: null,
    bound: row.bound,
    id: row.digest.toString('hex'),
  })
}

async function standingOf({ pool, now, restore }: Services, said: Said): Promise<FoundToken | null> {
  const { clientId, userId, familyId, sessionUid } = said
  const { rows } = await pool.query<Row>({
    ...standing,
    values: [now, clientId, userId, familyId, sessionUid, said.id],
  })
  const row = rows[0]
  if (!row) return null
  if (row.counters) {
    restore(
      row.counters.map(({ subject, minutes, debt, at }) => ({
        subject,
        minutes: Buffer.from(minutes, 'base64'),
        burstDebt: debt,
        at: new Date(at),
      })),
    )
  }
  const memberships = row.memberships ?? []
  const customers = memberships.filter(({ personal }) => !personal)
  return {
    clientId,
    subject: userId ?? clientId,
    userId,
    scopes: (said.scope ?? '').split(' ').filter((scope) => scope !== ''),
    audience: said.audience,
    expiresAt: said.expiresAt,
    authenticatedAt: said.authenticatedAt,
    dependsOn: [clientId, userId, familyId, sessionUid, said.id, row.organization_id].filter((id) => id !== null),
    bound: said.bound,
    standing: standingIn(row, said),
    organizationId: row.organization_id,
    externalId: row.external_id,
    tier: row.tier,
    organizationTier: row.organization_tier,
    limitPer: row.limit_per,
    grantableScopes: row.grantable_scopes ?? [],
    administrator: userId === null ? row.origin === 'administrator' : (row.administrator ?? false),
    // Someone who belongs to no organization but their own is its administrator; so is a client of its own.
    organizationAdmin: customers.length === 0 || customers.some(({ role }) => role !== 'member'),
    organizations:
      userId === null
        ? new Map(row.organization_id === null ? [] : [[row.organization_id, 'admin']])
        : new Map(memberships.map(({ id, role }) => [id, role])),
  }
}

function standingIn(row: Row, { userId, familyId, sessionUid }: Said): FoundToken['standing'] {
  if (row.revoked) return 'revoked'
  // The person's row is gone with the person.
  if (row.client_disabled || (userId !== null && (row.administrator === null || row.user_disabled))) return 'disabled'
  if (userId !== null && (familyId === null || !row.family_live)) return 'revoked'
  return sessionUid !== null && !row.session_live ? 'revoked' : 'live'
}
