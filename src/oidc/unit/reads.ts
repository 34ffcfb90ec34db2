/**
 * The joined reads of the authorization server: what one request needs, in one statement.
 * They go through `pg` by name and not through Prisma: these are the hot path, where Prisma costs four times as much.
 */
import type { Pool, QueryConfig } from 'pg'
import {
  revive,
  type AccessTokenRow,
  type AccountRow,
  type CodeRow,
  type FamilyRow,
  type GrantRow,
  type LoadedSession,
  type RefreshTokenRow,
  type SessionClientRow,
  type SessionRow,
  type Surroundings,
} from './rows.ts'

// What is read of each table, as far as it lives at the time of the request, which is $1.
const sessions = `(SELECT id, digest, uid, user_id, signed_in_at, acr, amr, transient, state_sealed, last_used_at, created_at,
    expires_at FROM sessions WHERE expires_at > $1)`
// Someone who belongs to no organization but their own is its administrator.
const users = `(SELECT id, email, email_verified_at, name, locale, administrator, updated_at,
    (SELECT coalesce(bool_or(m.role <> 'member') FILTER (WHERE o.personal_user_id IS NULL), true)
      FROM memberships m JOIN organizations o ON o.id = m.organization_id WHERE m.user_id = users.id) AS organization_admin
  FROM users WHERE disabled_at IS NULL)`
const grants = `(SELECT id, user_id, client_id, oidc_scopes, refused_oidc_scopes, claims, refused_claims, resource_scopes,
    refused_resource_scopes, client_fingerprint, last_used_at FROM grants)`
const families = `(SELECT id, grant_id, user_id, client_id, session_uid, created_at, expires_at
  FROM token_families WHERE revoked_at IS NULL AND expires_at > $1)`

/** What the request is about, as far as its URL tells. */
export interface About {
  clientId: string | null
  /** Digests of an interaction's uid. */
  interaction: Buffer[]
}

/** The client is the one that the request names; on its way back from an interaction it names that instead. */
const sessionStatements = {
  client: byDigest('oidc-session', (digests) => loadSession(digests, '$2'), 2),
  interaction: byDigest(
    'oidc-session-of-interaction',
    (digests) => loadSession(digests, '(SELECT client_id FROM interactions WHERE digest = ANY($2))'),
    2,
  ),
}

function loadSession(digests: string, clientId: string): string {
  return `SELECT json_build_object('session', s, 'account', u, 'grant', g, 'clients',
      (SELECT coalesce(json_agg(x), '[]') FROM (
        SELECT c.client_id, c.sid, c.family_id, coalesce(f.persists_logout, false) AS persists_logout,
          coalesce(f.revoked_at IS NULL AND f.expires_at > $1, false) AS live, f.grant_id, f.created_at, f.expires_at
        FROM session_clients c LEFT JOIN token_families f ON f.id = c.family_id WHERE c.session_id = s.id) x)) AS found
    FROM ${sessions} s
    LEFT JOIN ${users} u ON u.id = s.user_id
    LEFT JOIN ${grants} g ON g.user_id = u.id AND g.client_id = ${clientId}
    WHERE s.digest IN (${digests})`
}

/** A client of a session as it is read, with what makes the row of its family. */
type ReadClient = SessionClientRow & { live: boolean; grant_id: string; created_at: string; expires_at: string }

export async function findSession(
  pool: Pool,
  digests: Buffer[],
  now: Date,
  { clientId, interaction }: About,
): Promise<LoadedSession | null> {
  const statement =
    clientId === null && interaction.length > 0
      ? sessionStatements.interaction([now, interaction], digests)
      : sessionStatements.client([now, clientId], digests)
  const found = await findOne(pool, statement)
  const session = revive<SessionRow>('session', found?.['session'])
  if (!found || !session) return null
  const grant = revive<GrantRow>('grant', found['grant'])
  const clients = found['clients'] as ReadClient[]
  const own = clients.find(
    ({ client_id, live, grant_id }) => live && client_id === grant?.client_id && grant_id === grant.id,
  )
  return {
    session,
    account: revive<AccountRow>('account', found['account']),
    grant,
    family: own ? familyOf(own, session) : null,
    clients,
  }
}

/** A grant under it is the session's person's, so the family is too. */
function familyOf(client: ReadClient, { user_id }: SessionRow): FamilyRow | null {
  const { family_id: id, client_id, grant_id, created_at, expires_at } = client
  return revive<FamilyRow>('family', { id, grant_id, user_id, client_id, created_at, expires_at })
}

const around = `'account', u, 'grant', g, 'family', f, 'session', s`
const surroundings = `
  LEFT JOIN ${families} f ON f.id = t.family_id
  LEFT JOIN ${users} u ON u.id = t.user_id
  LEFT JOIN ${grants} g ON g.id = f.grant_id
  LEFT JOIN ${sessions} s ON s.uid = t.session_uid`

const tokenStatements = {
  authorization_codes: byDigest(
    'oidc-code',
    (digests) => `SELECT json_build_object('token', t, ${around}) AS found
      FROM authorization_codes t ${surroundings} WHERE t.digest IN (${digests})`,
  ),
  // An access token comes without its client, so whether that is disabled has to be asked here.
  access_tokens: byDigest(
    'oidc-access-token',
    (digests) => `SELECT json_build_object('token', t, ${around}) AS found
      FROM access_tokens t ${surroundings} WHERE t.digest IN (${digests})
      AND EXISTS (SELECT FROM clients c WHERE c.id = t.client_id AND c.disabled_at IS NULL)`,
  ),
  refresh_tokens: byDigest(
    'oidc-refresh-token',
    (digests) => `SELECT json_build_object('token', t, 'successor_used',
        EXISTS (SELECT FROM refresh_tokens n WHERE n.parent_digest = t.digest AND n.consumed_at IS NOT NULL), ${around}) AS found
      FROM refresh_tokens t ${surroundings} WHERE t.digest IN (${digests})`,
  ),
} as const

export async function findToken<T extends keyof typeof tokenStatements>(
  pool: Pool,
  table: T,
  digests: Buffer[],
  now: Date,
): Promise<{
  token: { authorization_codes: CodeRow; access_tokens: AccessTokenRow; refresh_tokens: RefreshTokenRow }[T]
  around: Surroundings
} | null> {
  const found = await findOne(pool, tokenStatements[table]([now], digests))
  if (!found) return null
  const token = { ...revive<object>('token', found['token']), successor_used: found['successor_used'] }
  return { token: token as never, around: surroundingsOf(found) }
}

/** A family by its id with what stands around it: for structured tokens, which rest in no table. */
export async function findFamily(pool: Pool, familyId: string, now: Date): Promise<Surroundings | null> {
  const found = await findOne(pool, {
    name: 'oidc-family',
    text: `SELECT json_build_object(${around}) AS found FROM ${families} f
      JOIN ${users} u ON u.id = f.user_id
      JOIN ${grants} g ON g.id = f.grant_id
      LEFT JOIN ${sessions} s ON s.uid = f.session_uid
      WHERE f.id = $2`,
    values: [now, familyId],
  })
  return found && surroundingsOf(found)
}

export async function findAccount(pool: Pool, userId: string): Promise<AccountRow | null> {
  const found = await findOne(pool, {
    name: 'oidc-account',
    text: `SELECT to_json(u) AS found FROM ${users} u WHERE u.id = $1`,
    values: [userId],
  })
  return revive<AccountRow>('account', found)
}

const interactionStatement = byDigest(
  'oidc-interaction',
  (digests) => `SELECT digest, payload_sealed FROM interactions WHERE digest IN (${digests}) AND expires_at > $1`,
)

export async function findInteraction(
  pool: Pool,
  digests: Buffer[],
  now: Date,
): Promise<{ digest: Buffer; payload_sealed: Buffer } | null> {
  const statement = interactionStatement([now], digests)
  const { rows } = await pool.query<{ digest: Buffer; payload_sealed: Buffer }>(statement)
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

/**
 * A statement that looks for one of several digests, one for each secret key. They are parameters of their own: of an
 * array Postgres expects ten, finds its general plan dear, and plans anew at each request, which takes longer than running it.
 */
function byDigest(name: string, text: (digests: string) => string, before = 1) {
  const texts = new Map<number, string>()
  return (values: readonly unknown[], digests: readonly Buffer[]): QueryConfig => {
    const count = digests.length
    const known = texts.get(count) ?? text(digests.map((_, index) => `$${before + index + 1}`).join(', '))
    texts.set(count, known)
    return { name: `${name}-${count}`, text: known, values: [...values, ...digests] }
  }
}

async function findOne(pool: Pool, statement: QueryConfig): Promise<Record<string, unknown> | null> {
  const { rows } = await pool.query<{ found: Record<string, unknown> }>(statement)
  return rows[0]?.found ?? null
}

function surroundingsOf(found: Record<string, unknown>): Surroundings {
  return {
    account: revive<AccountRow>('account', found['account']),
    grant: revive<GrantRow>('grant', found['grant']),
    family: revive<FamilyRow>('family', found['family']),
    session: revive<SessionRow>('session', found['session']),
  }
}
