/** What is read across the features' tables for files: what has a slug, and who stands in the way of a deletion. */
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

/** Those that a file may mean: they have a slug, or one of these external ids. */
export async function listOrganizationsFor(tx: Tx, externalIds: readonly string[]) {
  return tx.organization.findMany({
    where: { OR: [{ slug: { not: null } }, { externalId: { in: [...externalIds] } }] },
    select: { id: true, slug: true, externalId: true, personalUserId: true },
    orderBy: { slug: 'asc' },
  })
}

/** A customer's that no file knows and that is called so. */
export async function findUnnamedOrganization(tx: Tx, name: string): Promise<string | null> {
  const row = await tx.organization.findFirst({
    where: { name, slug: null, personalUserId: null },
    select: { id: true },
    orderBy: { id: 'asc' },
  })
  return row && row.id
}

/** The organization that this name of a file means: its slug, else its id. */
export async function findOrganizationCalled(
  tx: Tx,
  name: string,
): Promise<{ id: string; slug: string | null } | null> {
  const select = { id: true, slug: true } as const
  return (
    (await tx.organization.findUnique({ where: { slug: name }, select })) ??
    (await tx.organization.findUnique({ where: { id: name }, select }))
  )
}

/** What a file calls it: its slug, else its id. */
export async function findSlugOfOrganization(tx: Tx, id: string | null): Promise<string | null> {
  if (id === null) return null
  const row = await tx.organization.findUnique({ where: { id }, select: { slug: true } })
  return row?.slug ?? id
}

/** Does something act in it with administrators' scopes? Then it is the platform's own. */
export async function isPlatforms(tx: Tx, organizationId: string): Promise<boolean> {
  return (await tx.serviceAccount.count({ where: { organizationId, administrator: true } })) > 0
}

/** What goes with an organization. */
export async function countBelongings(tx: Tx, organizationId: string): Promise<{ keys: number; clients: number }> {
  return {
    keys: await tx.apiKey.count({ where: { organizationId, revokedAt: null } }),
    clients: await tx.client.count({ where: { organizationId } }),
  }
}

export async function listNamedClients(tx: Tx): Promise<{ id: string; slug: string }[]> {
  const rows = await tx.client.findMany({
    where: { slug: { not: null } },
    select: { id: true, slug: true },
    orderBy: { slug: 'asc' },
  })
  return rows.flatMap(({ id, slug }) => (slug === null ? [] : [{ id, slug }]))
}

/** An administrator's of this organization that no file knows and that is called so; two at most. */
export async function listUnnamedClients(
  tx: Tx,
  { name, organizationId }: { name: string; organizationId: string | null },
): Promise<string[]> {
  const rows = await tx.client.findMany({
    where: { name, organizationId, slug: null, origin: 'administrator' },
    select: { id: true },
    orderBy: { id: 'asc' },
    take: 2,
  })
  return rows.map(({ id }) => id)
}

/** What no document says, since no file knows it. */
export async function countUnnamed(tx: Tx): Promise<{ organizations: number; clients: number }> {
  return {
    organizations: await tx.organization.count({ where: { slug: null, personalUserId: null } }),
    clients: await tx.client.count({ where: { slug: null } }),
  }
}
