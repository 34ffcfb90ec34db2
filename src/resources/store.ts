/** The rows of resources and of their scopes. */
import type { Db, Tx } from '../platform/database.ts'
import type { Prisma } from '../platform/prisma/client.ts'
import type { Resource, ResourceDefinition, Scope } from './resource.ts'

const withScopes = {
  scopes: {
    orderBy: [{ position: 'asc' }, { name: 'asc' }],
    omit: { resourceId: true, createdAt: true, updatedAt: true },
  },
} as const satisfies Prisma.ResourceInclude

type ResourceRow = Prisma.ResourceGetPayload<{ include: typeof withScopes }>

/** All there are, by name: a platform has tens of them, not thousands. */
export async function listResources(db: Db | Tx): Promise<Resource[]> {
  const rows = await db.resource.findMany({ orderBy: { name: 'asc' }, include: withScopes })
  return rows.map(toResource)
}

/** Nobody else changes resources or scopes until the transaction ends; readers go on. Raw, since Prisma has no table locks. */
export async function lockResources(tx: Tx): Promise<void> {
  await tx.$executeRaw`LOCK TABLE resources IN SHARE ROW EXCLUSIVE MODE`
}

type ResourceColumns = Omit<ResourceDefinition, 'scopes'>

export async function insertResource(
  tx: Tx,
  resource: ResourceColumns & { id: string; createdAt: Date },
): Promise<void> {
  const { accessTokenLifetimeSeconds, ...columns } = resource
  await tx.resource.create({
    data: { ...columns, accessTokenLifetime: accessTokenLifetimeSeconds, updatedAt: resource.createdAt },
  })
}

export async function updateResource(tx: Tx, resourceId: string, resource: Partial<ResourceColumns>): Promise<void> {
  const { accessTokenLifetimeSeconds, ...columns } = resource
  await tx.resource.update({
    where: { id: resourceId },
    data: {
      ...columns,
      ...(accessTokenLifetimeSeconds !== undefined && { accessTokenLifetime: accessTokenLifetimeSeconds }),
    },
  })
}

/** Its scopes go with it. */
export async function deleteResource(tx: Tx, resourceId: string): Promise<void> {
  await tx.resource.delete({ where: { id: resourceId } })
}

/** Writes a scope whether it is new, changed, or was another resource's. */
export async function putScope(tx: Tx, resourceId: string, scope: Scope): Promise<void> {
  const { name, ...columns } = scope
  await tx.scope.upsert({ where: { name }, create: { ...scope, resourceId }, update: { ...columns, resourceId } })
}

export async function deleteScope(tx: Tx, name: string): Promise<void> {
  await tx.scope.delete({ where: { name } })
}

function toResource(row: ResourceRow): Resource {
  return {
    id: row.id,
    name: row.name,
    identifier: row.identifier,
    title: row.title,
    accessTokenFormat: row.accessTokenFormat,
    accessTokenLifetimeSeconds: row.accessTokenLifetime,
    scopes: row.scopes,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  }
}
