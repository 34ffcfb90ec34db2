/** The rows of clients and of their secrets. */
import { afterCursor, type Cursor } from '../http/api/list.ts'
import type { Db, Tx } from '../platform/database.ts'
import { Prisma } from '../platform/prisma/client.ts'
import type { ApplicationType, AuthMethod, Client, ClientSecret, LimitPer } from './client.ts'

const withSecrets = {
  secrets: { orderBy: [{ createdAt: 'desc' }, { id: 'desc' }], omit: { clientId: true, noticeAt: true } },
} as const satisfies Prisma.ClientInclude

type ClientRow = Prisma.ClientGetPayload<{ include: typeof withSecrets }>

export async function findClient(db: Db | Tx, clientId: string): Promise<Client | null> {
  const row = await db.client.findUnique({ where: { id: clientId }, include: withSecrets })
  return row && toClient(row)
}

/** Those that files know, by their slugs. */
export async function listNamedClients(tx: Tx): Promise<Client[]> {
  const where = { slug: { not: null } }
  const rows = await tx.client.findMany({ where, include: withSecrets, orderBy: { slug: 'asc' } })
  return rows.map(toClient)
}

/** A page and one row more, newest first, of those of these organizations (null: all). */
export async function listClientPage(
  db: Db | Tx,
  page: {
    limit: number
    cursor: Cursor | undefined
    organizationIds: readonly string[] | null
    organizationId: string | undefined
    slug?: string | undefined
    /** How its name begins, in whatever letters, or its id. */
    q?: string | undefined
    ids?: readonly string[] | undefined
  },
): Promise<Client[]> {
  const { limit, cursor, organizationIds, organizationId, slug, q, ids } = page
  const rows = await db.client.findMany({
    where: {
      AND: [
        afterCursor(cursor),
        organizationIds === null ? {} : { organizationId: { in: [...organizationIds] } },
        organizationId === undefined ? {} : { organizationId },
        slug === undefined ? {} : { slug },
        q === undefined
          ? {}
          : { OR: [{ id: q }, { name: { startsWith: literally(q), mode: 'insensitive' as const } }] },
        ids === undefined ? {} : { id: { in: [...ids] } },
      ],
    },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: limit + 1,
    include: withSecrets,
  })
  return rows.map(toClient)
}

/** Prisma takes a prefix for the pattern of a LIKE. */
const literally = (text: string): string => text.replaceAll(/[\\%_]/g, String.raw`\$&`)

/**
 * Reads a client and holds its row until the transaction ends: what was decided by counting its secrets is still true when
 * it is written. Raw, since Prisma has no row locks.
 */
export async function lockClient(tx: Tx, clientId: string): Promise<Client | null> {
  await tx.$queryRaw`SELECT 1 FROM clients WHERE id = ${clientId} FOR NO KEY UPDATE`
  return findClient(tx, clientId)
}

/** Whether another client has this slug. Whoever else would take it waits until the transaction ends. */
export async function isSlugTaken(tx: Tx, slug: string, exceptId: string | null): Promise<boolean> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`client slug ${slug}`}, 0))`
  const other = await tx.client.findUnique({ where: { slug }, select: { id: true } })
  return other !== null && other.id !== exceptId
}

export type NewClient = Omit<Client, 'secrets' | 'updatedAt' | 'disabledAt'>

export async function insertClient(tx: Tx, client: NewClient): Promise<void> {
  await tx.client.create({ data: rowOf(client) })
}

/** False if there is one of this id already, also one that was just registered beside us. */
export async function insertClientIfAbsent(tx: Tx, client: NewClient): Promise<boolean> {
  const { count } = await tx.client.createMany({ data: [rowOf(client)], skipDuplicates: true })
  return count > 0
}

/** Makes everything that was registered what it is in `client`; its id, its origin and when it was made stay. */
export async function updateRegistration(tx: Tx, client: NewClient): Promise<void> {
  const { id, origin: _, createdAt: _at, updatedAt: _since, ...columns } = rowOf(client)
  await tx.client.update({ where: { id }, data: columns })
}

function rowOf(client: NewClient): Prisma.ClientCreateManyInput {
  return {
    ...client,
    redirectUris: [...client.redirectUris],
    postLogoutRedirectUris: [...client.postLogoutRedirectUris],
    grantTypes: [...client.grantTypes],
    responseTypes: [...client.responseTypes],
    contacts: [...client.contacts],
    introspects: [...client.introspects],
    grantableScopes: [...client.grantableScopes],
    metadata: client.metadata as Prisma.InputJsonObject,
    jwks: client.jwks ?? Prisma.DbNull,
    updatedAt: client.createdAt,
  }
}

/** Those that there are. */
export async function findClients(db: Db | Tx, clientIds: readonly string[]): Promise<Client[]> {
  const rows = await db.client.findMany({ where: { id: { in: [...clientIds] } }, include: withSecrets })
  return rows.map(toClient)
}

/** Whose slugs these are. */
export async function findSlugs(tx: Tx, slugs: readonly string[]): Promise<{ slug: string; id: string }[]> {
  return tx.$queryRaw`SELECT slug, id FROM clients WHERE slug = ANY(${[...slugs]}::text[])`
}

/**
 * A thousand at once, as JSON in one parameter: to compile a statement with so many of them holds up everybody else's
 * requests. @returns the ids of those that are in; the others' names were taken beside us
 */
export async function insertClients(
  tx: Tx,
  clients: readonly (NewClient & { disabledAt: Date | null })[],
  now: Date,
): Promise<Set<string>> {
  const inserted = await tx.$queryRaw<{ id: string }[]>`
    INSERT INTO clients (id, name, slug, organization_id, redirect_uris, post_logout_redirect_uris, grant_types,
      response_types, application_type, token_endpoint_auth_method, scope, contacts, logo_uri, client_uri, policy_uri,
      tos_uri, jwks_uri, jwks, metadata, origin, verified, pkce_exempt, introspects, tier, limit_per, grantable_scopes,
      disabled_at, created_at, updated_at)
    SELECT id, name, slug, "organizationId", "redirectUris", "postLogoutRedirectUris", "grantTypes", "responseTypes",
      "applicationType", "tokenEndpointAuthMethod", scope, contacts, "logoUri", "clientUri", "policyUri", "tosUri",
      "jwksUri", jwks, metadata, origin, verified, "pkceExempt", introspects, tier, "limitPer", "grantableScopes",
      "disabledAt", "createdAt", ${now.toISOString()}::timestamptz
    FROM json_to_recordset(${JSON.stringify(clients)}::json) AS r(id text, name text, slug text, "organizationId" text,
      "redirectUris" text[], "postLogoutRedirectUris" text[], "grantTypes" text[], "responseTypes" text[],
      "applicationType" text, "tokenEndpointAuthMethod" text, scope text, contacts text[], "logoUri" text,
      "clientUri" text, "policyUri" text, "tosUri" text, "jwksUri" text, jwks jsonb, metadata jsonb,
      origin client_origin, verified boolean, "pkceExempt" boolean, introspects text[], tier text, "limitPer" text,
      "grantableScopes" text[], "disabledAt" timestamptz, "createdAt" timestamptz)
    ON CONFLICT DO NOTHING RETURNING id`
  return new Set(inserted.map(({ id }) => id))
}

export async function setDisabledAt(tx: Tx, clientId: string, disabledAt: Date | null): Promise<void> {
  await tx.client.update({ where: { id: clientId }, data: { disabledAt } })
}

/** False if there was none. Its secrets, grants and token families go with it. */
export async function deleteClient(tx: Tx, clientId: string): Promise<boolean> {
  const { count } = await tx.client.deleteMany({ where: { id: clientId } })
  return count > 0
}

/** Those of one organization. @returns their client_ids. Raw, since deleteMany returns no rows, and which went has to be told. */
export async function deleteClientsOf(tx: Tx, organizationId: string): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    DELETE FROM clients WHERE organization_id = ${organizationId} RETURNING id`
  return rows.map(({ id }) => id)
}

export async function insertSecret(tx: Tx, clientId: string, secret: ClientSecret): Promise<void> {
  await tx.clientSecret.create({ data: { ...secret, digest: Uint8Array.from(secret.digest), clientId } })
}

export async function insertSecrets(tx: Tx, given: readonly (ClientSecret & { clientId: string })[]): Promise<void> {
  const data = given.map((secret) => ({ ...secret, digest: Uint8Array.from(secret.digest) }))
  if (data.length > 0) await tx.clientSecret.createMany({ data })
}

/** Whose secrets these are. @param digests in hexadecimal, as they come back */
export async function findSecretOwners(
  tx: Tx,
  digests: readonly string[],
): Promise<{ digest: string; clientId: string }[]> {
  return tx.$queryRaw`
    SELECT encode(digest, 'hex') AS digest, client_id AS "clientId" FROM client_secrets
    WHERE digest = ANY(SELECT decode(hex, 'hex') FROM unnest(${[...digests]}::text[]) AS hex)`
}

/**
 * Makes a secret that was brought along ours. False if somebody else was faster, or it is another client's secret, too,
 * which then stays as it is.
 */
export async function upgradeSecret(
  tx: Tx,
  secretId: string,
  from: string,
  { digest, hint }: { digest: Uint8Array<ArrayBuffer>; hint: string },
): Promise<boolean> {
  const count = await tx.$executeRaw`
    UPDATE client_secrets SET digest = ${digest}, hint = ${hint}, imported_hash = NULL
    WHERE id = ${secretId} AND imported_hash = ${from}
      AND NOT EXISTS (SELECT 1 FROM client_secrets other WHERE other.digest = ${digest})`
  return count === 1
}

/** Whose secret this is, by any of its digests. */
export async function findSecretOwner(tx: Tx, digests: readonly Uint8Array<ArrayBuffer>[]): Promise<string | null> {
  const row = await tx.clientSecret.findFirst({ where: { digest: { in: [...digests] } }, select: { clientId: true } })
  return row && row.clientId
}

export async function setSecretEnd(tx: Tx, secretId: string, expiresAt: Date | null): Promise<void> {
  await tx.clientSecret.update({ where: { id: secretId }, data: { expiresAt, noticeAt: null } })
}

export async function deleteSecrets(tx: Tx, secretIds: readonly string[]): Promise<void> {
  await tx.clientSecret.deleteMany({ where: { id: { in: [...secretIds] } } })
}

function toClient(row: ClientRow): Client {
  return {
    ...row,
    applicationType: row.applicationType as ApplicationType,
    tokenEndpointAuthMethod: row.tokenEndpointAuthMethod as AuthMethod,
    limitPer: row.limitPer as LimitPer,
    jwks: row.jwks as Client['jwks'],
    metadata: row.metadata as Client['metadata'],
  }
}
