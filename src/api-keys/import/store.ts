/**
 * The rows of an import: what its keys are held against, and what is written of them, a thousand in each statement. Raw,
 * where Prisma would send one for each row.
 */
import type { MemberRole } from '../../organizations/organization.ts'
import type { Db, Tx } from '../../platform/database.ts'
import { Prisma } from '../../platform/prisma/client.ts'
import type { ApiKey } from '../api-key.ts'
import type { Environment } from '../format.ts'
import type { RestingHashKey } from './hash-key.ts'

/** One import after the other: two would not see each other's keys. */
export async function lockImports(tx: Tx): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('import of API keys', 0))`
}

export interface OrganizationNames {
  id: string
  externalId: string | null
  slug: string | null
}

/** Those that are there, and stay until the transaction ends. */
export async function holdOrganizations(
  tx: Tx,
  { ids, externalIds, slugs }: { ids: readonly string[]; externalIds: readonly string[]; slugs: readonly string[] },
): Promise<OrganizationNames[]> {
  return tx.$queryRaw<OrganizationNames[]>`
    SELECT id, external_id AS "externalId", slug FROM organizations
    WHERE id = ANY(${[...ids]}::text[]) OR external_id = ANY(${[...externalIds]}::text[]) OR slug = ANY(${[...slugs]}::text[])
    ORDER BY id FOR KEY SHARE`
}

export interface AccountRow {
  id: string
  organizationId: string
  name: string
  administrator: boolean
  disabled: boolean
}

export async function findServiceAccounts(
  tx: Tx,
  { ids, named }: { ids: readonly string[]; named: readonly { organizationId: string; name: string }[] },
): Promise<AccountRow[]> {
  const columns = Prisma.sql`a.id, a.organization_id AS "organizationId", a.name, a.administrator,
    a.disabled_at IS NOT NULL AS disabled`
  return tx.$queryRaw<AccountRow[]>`
    SELECT ${columns} FROM service_accounts a WHERE a.id = ANY(${[...ids]}::text[])
    UNION SELECT ${columns}
    FROM unnest(${named.map(({ organizationId }) => organizationId)}::text[], ${named.map(({ name }) => name)}::text[])
      AS wanted(organization_id, name)
    JOIN service_accounts a ON a.organization_id = wanted.organization_id AND a.name = wanted.name`
}

export interface PersonRow {
  id: string
  emailKey: string
  administrator: boolean
  disabled: boolean
  proven: boolean
  memberships: { organizationId: string; role: MemberRole }[]
  personalOrganizationId: string | null
}

export async function findPeople(
  tx: Tx,
  { ids, emailKeys }: { ids: readonly string[]; emailKeys: readonly string[] },
): Promise<PersonRow[]> {
  return tx.$queryRaw<PersonRow[]>`
    SELECT u.id, u.email_key AS "emailKey", u.administrator, u.disabled_at IS NOT NULL AS disabled,
      u.email_verified_at IS NOT NULL AS proven,
      (SELECT coalesce(json_agg(json_build_object('organizationId', m.organization_id, 'role', m.role)), '[]')
        FROM memberships m WHERE m.user_id = u.id) AS memberships,
      (SELECT o.id FROM organizations o WHERE o.personal_user_id = u.id) AS "personalOrganizationId"
    FROM users u WHERE u.id = ANY(${[...ids]}::text[]) OR u.email_key = ANY(${[...emailKeys]}::text[])`
}

/** Those that are there, and stay until the transaction ends. */
export async function holdTiers(tx: Tx, names: readonly string[]): Promise<string[]> {
  const rows = await tx.$queryRaw<{ name: string }[]>`
    SELECT name FROM tiers WHERE name = ANY(${[...names]}::text[]) ORDER BY name FOR KEY SHARE`
  return rows.map(({ name }) => name)
}

export interface PresentKey {
  /** By which it was asked for, in hexadecimal. */
  digest: string
  id: string
  organizationId: string
  userId: string | null
  serviceAccountId: string | null
  name: string
  environment: Environment
  scopes: string[]
  grantableScopes: string[]
  resource: string | null
  externalId: string | null
  tier: string | null
  limits: ApiKey['limits']
  allowedIps: string[]
  metadata: Record<string, unknown>
  /** The secret's. */
  expiresAt: Date | null
  disabled: boolean
  revoked: boolean
}

/** @param digests in hexadecimal */
export async function findPresentKeys(tx: Tx, digests: readonly string[]): Promise<PresentKey[]> {
  return tx.$queryRaw<PresentKey[]>`
    WITH wanted AS (SELECT decode(hex, 'hex') AS digest FROM unnest(${[...digests]}::text[]) AS hex),
    found AS (
      SELECT w.digest, s.api_key_id, s.expires_at FROM wanted w JOIN api_key_secrets s ON s.digest = w.digest
      UNION ALL
      SELECT w.digest, s.api_key_id, s.expires_at FROM wanted w JOIN api_key_secrets s ON s.imported_digest = w.digest
    )
    SELECT encode(f.digest, 'hex') AS digest, k.id, k.organization_id AS "organizationId", k.user_id AS "userId",
      k.service_account_id AS "serviceAccountId", k.name, k.environment, coalesce(k.scopes, '{}') AS scopes,
      coalesce(k.grantable_scopes, '{}') AS "grantableScopes", k.resource, k.external_id AS "externalId", k.tier, k.limits,
      coalesce(k.allowed_ips, '{}') AS "allowedIps", k.metadata, f.expires_at AS "expiresAt",
      k.disabled_at IS NOT NULL AS disabled, k.revoked_at IS NOT NULL AS revoked
    FROM found f JOIN api_keys k ON k.id = f.api_key_id`
}

/** How many with a slow hash there are that begin so, and weren't used yet. */
export async function countPending(tx: Tx, prefixes: readonly string[]): Promise<Map<string, number>> {
  const rows = await tx.$queryRaw<{ prefix: string; count: number }[]>`
    SELECT lookup_prefix AS prefix, count(*)::int AS count FROM api_key_secrets
    WHERE lookup_prefix = ANY(${[...prefixes]}::text[]) GROUP BY lookup_prefix`
  return new Map(rows.map(({ prefix, count }) => [prefix, count]))
}

// ── How foreign keys are looked for ──────────────────────────────────────────────────────────────────────────────

export interface FormatRow {
  /** What it is, in words: there is one of each. */
  id: string
  kind: string
  prefixLength: number | null
  hashKeyId: string | null
}

export async function listFormats(db: Db | Tx): Promise<FormatRow[]> {
  return db.foreignKeyFormat.findMany({ orderBy: { id: 'asc' } })
}

/** @returns how many weren't there */
export async function insertFormats(tx: Tx, rows: readonly FormatRow[], createdAt: Date): Promise<number> {
  const data = rows.map((row) => ({ ...row, createdAt }))
  return (await tx.foreignKeyFormat.createMany({ data, skipDuplicates: true })).count
}

export async function listHashKeys(db: Db | Tx): Promise<RestingHashKey[]> {
  return db.hashKey.findMany({ where: { algorithm: 'hmac-sha256' }, orderBy: { id: 'asc' } })
}

export async function insertHashKeys(tx: Tx, rows: readonly RestingHashKey[]): Promise<void> {
  await tx.hashKey.createMany({ data: [...rows] })
}

// ── The keys themselves ──────────────────────────────────────────────────────────────────────────────────────────

export interface NewKeyRow extends Omit<PresentKey, 'digest' | 'disabled' | 'revoked'> {
  disabledAt: Date | null
  createdAt: Date
  secret: {
    id: string
    digest: Uint8Array<ArrayBuffer>
    importedAs: string | null
    importedHash: string | null
    lookupPrefix: string | null
    hint: string
  }
}

/**
 * As JSON in one parameter: to compile statements with twenty thousand of them holds up everybody else's requests for a
 * second.
 */
export async function insertImportedKeys(tx: Tx, keys: readonly NewKeyRow[], now: Date): Promise<void> {
  const rows = JSON.stringify(
    keys.map(({ secret, ...key }) => ({
      ...key,
      ...secret,
      secretId: secret.id,
      id: key.id,
      digest: Buffer.from(secret.digest).toString('hex'),
    })),
  )
  const fields = Prisma.sql`AS r(id text, "organizationId" text, "userId" text, "serviceAccountId" text, name text,
    environment environment, scopes text[], "grantableScopes" text[], resource text, "externalId" text, tier text,
    limits jsonb, "allowedIps" text[], metadata jsonb, "expiresAt" timestamptz, "disabledAt" timestamptz,
    "createdAt" timestamptz, "secretId" text, digest text, "importedAs" text, "importedHash" text, "lookupPrefix" text,
    hint text)`
  await tx.$executeRaw`
    INSERT INTO api_keys (id, organization_id, user_id, service_account_id, name, environment, scopes, grantable_scopes,
      resource, external_id, tier, limits, allowed_ips, metadata, expires_at, disabled_at, created_at, updated_at)
    SELECT id, "organizationId", "userId", "serviceAccountId", name, environment, scopes, "grantableScopes", resource,
      "externalId", tier, limits, "allowedIps", metadata, "expiresAt", "disabledAt", "createdAt", ${now.toISOString()}::timestamptz
    FROM json_to_recordset(${rows}::json) ${fields}`
  await tx.$executeRaw`
    INSERT INTO api_key_secrets (id, api_key_id, digest, imported_as, imported_hash, lookup_prefix, hint, created_at,
      expires_at)
    SELECT "secretId", id, decode(digest, 'hex'), "importedAs", "importedHash", "lookupPrefix", hint, "createdAt",
      "expiresAt"
    FROM json_to_recordset(${rows}::json) ${fields}`
}
