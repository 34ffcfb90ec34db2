/** What is read across the features' tables for files: what has a slug, and who stands in the way of a deletion. */
import type { Organization } from '../organizations/organization.ts'
import type { ServiceAccount } from '../organizations/service-accounts/service-account.ts'
import type { Tx } from '../platform/database.ts'

/** Two applies at once would each plan what the other one changes. Raw: Prisma has no advisory locks. */
export async function lockApplies(tx: Tx): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('apply', 0))`
}

const NAMED_AT_MOST = 5

/** In words: `acme`, `org_…`, `the client dashboard`, `3 API keys`. A revoked key never uses it again. */
export async function listTierUsers(tx: Tx, tier: string): Promise<string[]> {
  const columns = { select: { id: true, slug: true }, where: { tier }, take: NAMED_AT_MOST + 1 } as const
  const organizations = await tx.organization.findMany({ ...columns, orderBy: { id: 'asc' } })
  const clients = await tx.client.findMany({ ...columns, orderBy: { id: 'asc' } })
  const keys = await tx.apiKey.count({ where: { tier, revokedAt: null } })
  return [
    ...named('the organization', organizations),
    ...named('the client', clients),
    ...(keys === 0 ? [] : [keys === 1 ? 'an API key' : `${keys} API keys`]),
  ]
}

function named(what: string, rows: readonly { id: string; slug: string | null }[]): string[] {
  const names = rows.slice(0, NAMED_AT_MOST).map(({ id, slug }) => `${what} ${slug ?? id}`)
  return rows.length > NAMED_AT_MOST ? [...names, `more of them`] : names
}

/**
 * Those that a file may mean: they have a slug, or one of these external ids. Raw, as what else is asked about many at
 * once: their ids and names are one parameter, whatever their number.
 */
export async function listOrganizationsFor(tx: Tx, externalIds: readonly string[]): Promise<Organization[]> {
  return tx.$queryRaw<Organization[]>`
    SELECT id, name, slug, external_id AS "externalId", personal_user_id AS "personalUserId", tier, metadata,
      created_at AS "createdAt", updated_at AS "updatedAt"
    FROM organizations WHERE slug IS NOT NULL OR external_id = ANY(${externalIds}::text[]) ORDER BY slug, id`
}

/** Customers' that no file knows and that are called so: their ids by their names. */
export async function listUnnamedOrganizations(tx: Tx, names: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await tx.$queryRaw<{ id: string; name: string }[]>`
    SELECT id, name FROM organizations
    WHERE name = ANY(${names}::text[]) AND slug IS NULL AND personal_user_id IS NULL ORDER BY id DESC`
  return new Map(rows.map(({ id, name }) => [name, id]))
}

export interface OwnerRow {
  organizationId: string
  userId: string
  email: string
}

/** Disabled ones among them, by their addresses. */
export async function listOwnersOf(tx: Tx, organizationIds: readonly string[]): Promise<OwnerRow[]> {
  return tx.$queryRaw<OwnerRow[]>`
    SELECT organization_id AS "organizationId", user_id AS "userId", email
    FROM memberships JOIN users ON users.id = user_id
    WHERE role = 'owner' AND organization_id = ANY(${organizationIds}::text[]) ORDER BY email`
}

export interface InvitedRow {
  organizationId: string
  /** The invitation's. */
  id: string
  email: string
}

/** Whose invitation to be an owner still works. */
export async function listInvitedOwners(tx: Tx, organizationIds: readonly string[], now: Date): Promise<InvitedRow[]> {
  return tx.$queryRaw<InvitedRow[]>`
    SELECT organization_id AS "organizationId", id, email FROM links
    WHERE purpose = 'invitation' AND role = 'owner' AND consumed_at IS NULL AND expires_at > ${now}
      AND organization_id = ANY(${organizationIds}::text[]) ORDER BY email, id`
}

/** In the order in which they came. */
export async function listServiceAccountsOf(tx: Tx, organizationIds: readonly string[]): Promise<ServiceAccount[]> {
  return tx.$queryRaw<ServiceAccount[]>`
    SELECT id, organization_id AS "organizationId", name, description, administrator, disabled_at AS "disabledAt",
      created_at AS "createdAt", updated_at AS "updatedAt"
    FROM service_accounts WHERE organization_id = ANY(${organizationIds}::text[]) ORDER BY created_at, id`
}

/** The organizations that these names of a file mean: slugs, else ids. */
export async function listOrganizationsCalled(
  tx: Tx,
  names: readonly string[],
): Promise<ReadonlyMap<string, { id: string; slug: string | null }>> {
  const rows = await tx.$queryRaw<{ id: string; slug: string | null }[]>`
    SELECT id, slug FROM organizations WHERE slug = ANY(${names}::text[]) OR id = ANY(${names}::text[])`
  const bySlug = rows.flatMap((row) => (row.slug === null ? [] : [[row.slug, row] as const]))
  return new Map([...rows.map((row) => [row.id, row] as const), ...bySlug])
}

/** What a file calls each: its slug, else its id. */
export async function listCalled(tx: Tx, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await tx.$queryRaw<{ id: string; slug: string | null }[]>`
    SELECT id, slug FROM organizations WHERE id = ANY(${ids}::text[])`
  return new Map(rows.map(({ id, slug }) => [id, slug ?? id]))
}

/** Those in which something acts with administrators' scopes: they are the platform's own. */
export async function listPlatformOrganizations(tx: Tx): Promise<ReadonlySet<string>> {
  const rows = await tx.serviceAccount.findMany({
    where: { administrator: true },
    select: { organizationId: true },
    distinct: 'organizationId',
  })
  return new Set(rows.map(({ organizationId }) => organizationId))
}

/** What goes with an organization. */
export async function countBelongings(tx: Tx, organizationId: string): Promise<{ keys: number; clients: number }> {
  return {
    keys: await tx.apiKey.count({ where: { organizationId, revokedAt: null } }),
    clients: await tx.client.count({ where: { organizationId } }),
  }
}

export interface UnnamedClient {
  id: string
  name: string
  organizationId: string | null
}

/** Administrators' that no file knows and that are called so. */
export async function listUnnamedClients(tx: Tx, names: readonly string[]): Promise<UnnamedClient[]> {
  return tx.$queryRaw<UnnamedClient[]>`
    SELECT id, name, organization_id AS "organizationId" FROM clients
    WHERE name = ANY(${names}::text[]) AND slug IS NULL AND origin = 'administrator' ORDER BY id`
}

/** What no document says, since no file knows it. */
export async function countUnnamed(tx: Tx): Promise<{ organizations: number; clients: number }> {
  return {
    organizations: await tx.organization.count({ where: { slug: null, personalUserId: null } }),
    clients: await tx.client.count({ where: { slug: null } }),
  }
}
