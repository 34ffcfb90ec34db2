/** The rows of API keys and of their secrets, and what of people, service accounts and organizations decides about them. */
import type { Db, Tx } from '../platform/database.ts'
import { Prisma } from '../platform/prisma/client.ts'
import type { ApiKey, ApiKeySecret, ExposedReason, KeyOwner } from './api-key.ts'

const ownersRole = { select: { organizationId: true, role: true } } as const

/** The current secret, and those in their grace: what ended long ago stays out. */
const wholeKey = (now: Date) =>
  ({
    secrets: {
      where: { OR: [{ supersededAt: null }, { expiresAt: null }, { expiresAt: { gt: now } }] },
      omit: { digest: true, apiKeyId: true },
    },
    user: {
      select: { id: true, disabledAt: true, emailVerifiedAt: true, administrator: true, memberships: ownersRole },
    },
    serviceAccount: { select: { id: true, disabledAt: true, administrator: true, organizationId: true } },
  }) as const satisfies Prisma.ApiKeyInclude

type KeyRow = Prisma.ApiKeyGetPayload<{ include: ReturnType<typeof wholeKey> }>

export async function findApiKey(db: Db | Tx, id: string, now: Date): Promise<ApiKey | null> {
  const row = await db.apiKey.findUnique({ where: { id }, include: wholeKey(now) })
  return row && toKey(row)
}

/** In the order of the ids. */
export async function listApiKeysById(db: Db | Tx, ids: readonly string[], now: Date): Promise<ApiKey[]> {
  const rows = await db.apiKey.findMany({ where: { id: { in: [...ids] } }, include: wholeKey(now) })
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.flatMap((id) => {
    const row = byId.get(id)
    return row ? [toKey(row)] : []
  })
}

/**
 * Reads a key and holds its row until the transaction ends: two rotations at once would otherwise both see one live
 * secret and leave three. Raw, since Prisma has no row locks.
 */
export async function lockApiKey(tx: Tx, id: string, now: Date): Promise<ApiKey | null> {
  await tx.$queryRaw`SELECT 1 FROM api_keys WHERE id = ${id} FOR NO KEY UPDATE`
  return findApiKey(tx, id, now)
}

type KeyColumns = Omit<
  ApiKey,
  'owner' | 'secrets' | 'exposed' | 'disabledAt' | 'revokedAt' | 'lastUsedAt' | 'updatedAt'
>

export interface RestingSecret {
  id: string
  digest: Uint8Array<ArrayBuffer>
  hint: string
  createdAt: Date
  expiresAt: Date | null
}

export async function insertApiKey(
  tx: Tx,
  { limits, metadata, ...key }: KeyColumns & { owner: Pick<KeyOwner, 'kind' | 'id'> },
  secret: RestingSecret,
): Promise<void> {
  const { owner, ...columns } = key
  await tx.apiKey.create({
    data: {
      ...columns,
      userId: owner.kind === 'user' ? owner.id : null,
      serviceAccountId: owner.kind === 'service_account' ? owner.id : null,
      scopes: [...key.scopes],
      grantableScopes: [...key.grantableScopes],
      allowedIps: [...key.allowedIps],
      limits: json(limits),
      metadata: metadata as Prisma.InputJsonObject,
      updatedAt: key.createdAt,
    },
  })
  await insertSecret(tx, key.id, secret)
}

export async function insertSecret(tx: Tx, apiKeyId: string, secret: RestingSecret): Promise<void> {
  await tx.apiKeySecret.create({ data: { ...secret, apiKeyId } })
}

export interface KeyChange {
  name?: string | undefined
  scopes?: readonly string[] | undefined
  allowedIps?: readonly string[] | undefined
  metadata?: Readonly<Record<string, unknown>> | undefined
  externalId?: string | null | undefined
  tier?: string | null | undefined
  limits?: ApiKey['limits'] | undefined
  expiresAt?: Date | null | undefined
  disabledAt?: Date | null | undefined
  revokedAt?: Date | undefined
  exposed?: ApiKey['exposed'] | undefined
}

export async function updateApiKey(tx: Tx, id: string, change: KeyChange, updatedAt: Date): Promise<void> {
  const { scopes, allowedIps, metadata, limits, exposed, ...rest } = change
  const columns = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined))
  await tx.apiKey.update({
    where: { id },
    data: {
      ...(columns as Prisma.ApiKeyUpdateInput),
      ...(scopes && { scopes: [...scopes] }),
      ...(allowedIps && { allowedIps: [...allowedIps] }),
      ...(metadata && { metadata: metadata as Prisma.InputJsonObject }),
      ...(limits !== undefined && { limits: json(limits) }),
      ...(exposed !== undefined && { exposedAt: exposed?.at ?? null, exposedReason: exposed?.reason ?? null }),
      updatedAt,
    },
  })
}

export async function updateSecret(
  tx: Tx,
  id: string,
  change: { expiresAt?: Date | null; supersededAt?: Date },
): Promise<void> {
  await tx.apiKeySecret.update({ where: { id }, data: change })
}

/** Erases secrets that answers to repeated requests would still show. */
export async function eraseAnswers(tx: Tx, secretIds: readonly string[]): Promise<void> {
  await tx.idempotencyRecord.updateMany({
    where: { secretId: { in: [...secretIds] } },
    data: { secretSealed: null },
  })
}

const json = (value: object | null) => (value === null ? Prisma.DbNull : (value as Prisma.InputJsonObject))

function toKey(row: KeyRow): ApiKey {
  const { user, serviceAccount, exposedAt, exposedReason, userId: _, serviceAccountId: __, ...columns } = row
  return {
    ...columns,
    owner: ownerOf(row.organizationId, user, serviceAccount),
    limits: row.limits as ApiKey['limits'],
    metadata: row.metadata as ApiKey['metadata'],
    exposed: exposedAt && { at: exposedAt, reason: exposedReason as ExposedReason },
    secrets: row.secrets.toSorted(newestFirst),
  }
}

/** The current one first, whatever the clocks of several nodes said. */
function newestFirst(a: ApiKeySecret, b: ApiKeySecret): number {
  if (a.supersededAt === null) return -1
  if (b.supersededAt === null) return 1
  return b.createdAt.getTime() - a.createdAt.getTime()
}

// ── What decides about them ──────────────────────────────────────────────────────────────────────────────────────

function ownerOf(organizationId: string, user: KeyRow['user'], serviceAccount: KeyRow['serviceAccount']): KeyOwner {
  if (user) {
    const role = user.memberships.find((one) => one.organizationId === organizationId)?.role
    return {
      kind: 'user',
      id: user.id,
      active: user.disabledAt === null && role !== undefined,
      proven: user.emailVerifiedAt !== null,
      administrator: user.administrator,
      organizationAdmin: role === 'owner' || role === 'admin',
    }
  }
  if (!serviceAccount) throw new Error('a key belongs to nobody')
  return {
    kind: 'service_account',
    id: serviceAccount.id,
    active: serviceAccount.disabledAt === null && serviceAccount.organizationId === organizationId,
    proven: true,
    administrator: serviceAccount.administrator,
    organizationAdmin: true,
  }
}

/** Whoever would own keys of this organization; null for one that isn't there. */
export async function findKeyOwner(
  tx: Tx,
  { kind, id }: Pick<KeyOwner, 'kind' | 'id'>,
  organizationId: string,
): Promise<KeyOwner | null> {
  const { user, serviceAccount } = wholeKey(new Date(0))
  if (kind === 'user') {
    const found = await tx.user.findUnique({ where: { id }, ...user })
    return found && ownerOf(organizationId, found, null)
  }
  const found = await tx.serviceAccount.findUnique({ where: { id, organizationId }, ...serviceAccount })
  return found && ownerOf(organizationId, null, found)
}

/** Holds its row while keys are counted and then made; false if there is none. Raw, since Prisma has no row locks. */
export async function lockOrganization(tx: Tx, id: string): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>`SELECT 1 FROM organizations WHERE id = ${id} FOR NO KEY UPDATE`
  return rows.length === 1
}

export async function findPersonalOrganizationId(tx: Tx, userId: string): Promise<string | null> {
  const row = await tx.organization.findUnique({ where: { personalUserId: userId }, select: { id: true } })
  return row?.id ?? null
}

export async function findOrganizationIdByExternalId(tx: Tx, externalId: string): Promise<string | null> {
  const row = await tx.organization.findUnique({ where: { externalId }, select: { id: true } })
  return row?.id ?? null
}

export async function countLiveKeys(tx: Tx, organizationId: string, now: Date): Promise<number> {
  return tx.apiKey.count({
    where: { organizationId, revokedAt: null, OR: [{ expiresAt: null }, { expiresAt: { gt: now } }] },
  })
}

/** When the nth newest of an organization's keys was made; null if it has fewer. */
export async function findCreationTime(tx: Tx, organizationId: string, nth: number): Promise<Date | null> {
  const row = await tx.apiKey.findFirst({
    where: { organizationId },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    skip: nth - 1,
    select: { createdAt: true },
  })
  return row?.createdAt ?? null
}

/** Keeps a tier from being deleted until the transaction ends; false if there is none. Raw, since Prisma has no row locks. */
export async function holdTier(tx: Tx, name: string): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>`SELECT 1 FROM tiers WHERE name = ${name} FOR KEY SHARE`
  return rows.length > 0
}

/** Whom to write to about a key: the person, or the owners of the organization whose service account it acts for. */
export async function listKeyAddressees(
  db: Db | Tx,
  { owner, organizationId }: Pick<ApiKey, 'owner' | 'organizationId'>,
): Promise<{ email: string; locale: string | null }[]> {
  const person = owner.kind === 'user' ? { id: owner.id } : { memberships: { some: { organizationId, role: 'owner' } } }
  return db.user.findMany({
    where: { ...(person as Prisma.UserWhereInput), disabledAt: null },
    select: { email: true, locale: true },
  })
}

// ── The first administrator's key ────────────────────────────────────────────────────────────────────────────────

/** Holds the installation's row, so that of several nodes that start at once one makes the key. */
export async function lockBootstrap(tx: Tx): Promise<{ keyMade: boolean; everAdministrator: boolean }> {
  const rows = await tx.$queryRaw<{ keyMade: boolean; everAdministrator: boolean }[]>`
    SELECT bootstrap_key_at IS NOT NULL AS "keyMade", first_administrator_at IS NOT NULL AS "everAdministrator"
    FROM installation WHERE id = 1 FOR UPDATE`
  const row = rows[0]
  if (!row) throw new Error('the installation has no row')
  return row
}

export async function setBootstrapKeyAt(tx: Tx, at: Date): Promise<void> {
  await tx.installation.update({ where: { id: 1 }, data: { bootstrapKeyAt: at } })
}
