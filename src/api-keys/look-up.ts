/**
 * Finds what decides about API keys, many at once: the one hot statement here, through `pg` by name, since every check of
 * a key that isn't in memory waits for it.
 */
import type { Pool } from 'pg'
import type { CounterRow, LimitOverrides } from '../limits/limits.ts'
import type { Secrets } from '../platform/secrets.ts'
import type { Environment } from './format.ts'

/** A key with everything that decides about it, as the database had it. */
export interface FoundKey {
  readonly keyId: string
  readonly secretId: string
  readonly name: string
  readonly hint: string
  readonly organizationId: string
  readonly userId: string | null
  readonly serviceAccountId: string | null
  readonly environment: Environment
  /** As they were asked for. */
  readonly scopes: readonly string[]
  readonly grantableScopes: readonly string[]
  readonly resource: string | null
  /** Its own, else its organization's. */
  readonly externalId: string | null
  readonly tier: string | null
  readonly organizationTier: string
  readonly overrides: LimitOverrides | null
  readonly allowedIps: readonly string[]
  readonly secretCreatedAt: Date
  /** The secret's end; null: none. */
  readonly expiresAt: Date | null
  readonly supersededAt: Date | null
  readonly exposedAt: Date | null
  readonly standing: 'live' | 'revoked' | 'disabled'
  readonly owner: Owner
}

/** Who a key acts for, by the rights of the moment. */
export interface Owner {
  readonly administrator: boolean
  readonly organizationAdmin: boolean
  readonly role: 'owner' | 'admin' | 'member'
}

interface Row {
  digest: Buffer
  secret_id: string
  hint: string
  secret_created_at: Date
  secret_expires_at: Date | null
  superseded_at: Date | null
  id: string
  name: string
  organization_id: string
  user_id: string | null
  service_account_id: string | null
  environment: Environment
  // A list that was never written is null.
  scopes: string[] | null
  grantable_scopes: string[] | null
  resource: string | null
  external_id: string | null
  tier: string | null
  limits: LimitOverrides | null
  allowed_ips: string[] | null
  disabled_at: Date | null
  revoked_at: Date | null
  exposed_at: Date | null
  organization_tier: string
  organization_external_id: string | null
  role: 'owner' | 'admin' | 'member' | null
  /** Of the person or the service account. */
  owner_disabled: boolean
  owner_administrator: boolean
  counters: { subject: string; minutes: string; debt: number; at: string }[] | null
}

const statement = {
  name: 'api-keys-look-up',
  text: `SELECT s.digest, s.id AS secret_id, s.hint, s.created_at AS secret_created_at,
    s.expires_at AS secret_expires_at, s.superseded_at,
    k.id, k.name, k.organization_id, k.user_id, k.service_account_id, k.environment, k.scopes, k.grantable_scopes,
    k.resource, k.external_id, k.tier, k.limits, k.allowed_ips, k.disabled_at, k.revoked_at, k.exposed_at,
    o.tier AS organization_tier, o.external_id AS organization_external_id, m.role,
    coalesce(u.disabled_at, a.disabled_at) IS NOT NULL AS owner_disabled,
    coalesce(u.administrator, a.administrator, false) AS owner_administrator,
    (SELECT json_agg(json_build_object('subject', c.subject, 'minutes', encode(c.minutes, 'base64'),
        'debt', c.burst_debt, 'at', c.at))
      FROM limit_counters c
      WHERE c.subject IN ('key:' || k.id, 'organization:' || k.organization_id || ':' || k.environment,
        'ceiling:' || k.organization_id || ':' || k.environment)) AS counters
  FROM unnest($1::bytea[]) AS wanted(digest)
  JOIN api_key_secrets s ON s.digest = wanted.digest
  JOIN api_keys k ON k.id = s.api_key_id
  JOIN organizations o ON o.id = k.organization_id
  LEFT JOIN users u ON u.id = k.user_id
  LEFT JOIN memberships m ON m.organization_id = k.organization_id AND m.user_id = k.user_id
  LEFT JOIN service_accounts a ON a.id = k.service_account_id`,
}

/**
 * In the order asked; null for what is none. A key may rest under any configured secret key.
 * @param restore takes what was spent of the limits before this process began to count
 */
export async function lookUpApiKeys(
  pool: Pool,
  secrets: Secrets,
  keys: readonly string[],
  restore: (rows: readonly CounterRow[]) => void,
): Promise<(FoundKey | null)[]> {
  return lookUpByDigests(
    pool,
    keys.map((key) => secrets.digests('api_key', key)),
    restore,
  )
}

/**
 * The same by whatever may rest of each. What could be a foreign key has more digests than one of our own, and costs the
 * statement as much more; ours are never asked for together with it.
 */
export async function lookUpByDigests(
  pool: Pool,
  digests: readonly (readonly Buffer[])[],
  restore: (rows: readonly CounterRow[]) => void,
): Promise<(FoundKey | null)[]> {
  const { rows } = await pool.query<Row>({ ...statement, values: [digests.flat()] })
  const byDigest = new Map(rows.map((row) => [row.digest.toString('latin1'), row]))
  return digests.map((candidates) => {
    const row = candidates.map((digest) => byDigest.get(digest.toString('latin1'))).find((found) => found)
    if (!row) return null
    if (row.counters) restore(row.counters.map(counterOf))
    return foundKeyOf(row)
  })
}

function foundKeyOf(row: Row): FoundKey {
  const isPerson = row.user_id !== null
  // Who left the organization holds nothing there any more.
  const disabled = row.disabled_at !== null || row.owner_disabled || (isPerson && row.role === null)
  const role = isPerson ? (row.role ?? 'member') : 'admin'
  return {
    keyId: row.id,
    secretId: row.secret_id,
    name: row.name,
    hint: row.hint,
    organizationId: row.organization_id,
    userId: row.user_id,
    serviceAccountId: row.service_account_id,
    environment: row.environment,
    scopes: row.scopes ?? [],
    grantableScopes: row.grantable_scopes ?? [],
    resource: row.resource,
    externalId: row.external_id ?? row.organization_external_id,
    tier: row.tier,
    organizationTier: row.organization_tier,
    overrides: row.limits,
    allowedIps: row.allowed_ips ?? [],
    secretCreatedAt: row.secret_created_at,
    expiresAt: row.secret_expires_at,
    supersededAt: row.superseded_at,
    exposedAt: row.exposed_at,
    standing: row.revoked_at ? 'revoked' : disabled ? 'disabled' : 'live',
    owner: { administrator: row.owner_administrator, organizationAdmin: role !== 'member', role },
  }
}

function counterOf({ subject, minutes, debt, at }: NonNullable<Row['counters']>[number]): CounterRow {
  return { subject, minutes: Buffer.from(minutes, 'base64'), burstDebt: debt, at: new Date(at) }
}
