/** The rows of API keys and of their secrets, and what of people, service accounts and organizations decides about them. */
import type { Db, Tx } from '../platform/database.ts'
import { Prisma } from '../platform/prisma/client.ts'
import type { MemberRole } from '../organizations/organization.ts'
import type { ApiKey, ApiKeySecret, ExposedReason, KeyOwner } from './api-key.ts'

interface KeyRow extends Omit<ApiKey, 'owner' | 'secrets' | 'exposed'> {
  userId: string | null
  serviceAccountId: string | null
  exposedAt: Date | null
  exposedReason: ExposedReason | null
  ownerDisabled: boolean
  ownerAdministrator: boolean
  ownerProven: boolean
  accountName: string | null
  /** Of a person in the key's organization. */
  role: MemberRole | null
  secrets: SecretRow[]
}

/** As JSON has it. */
interface SecretRow {
  id: string
  hint: string
  createdAt: string
  expiresAt: string | null
  supersededAt: string | null
  lastUsedAt: string | null
}

/**
 * Keys with their owners' rights of the moment, and with the current secret and those in their grace: what ended long ago
 * stays out. Raw, since Prisma would send a statement for each relation, several at once on a transaction's one connection.
 */
async function selectKeys(db: Db | Tx, which: Prisma.Sql, now: Date): Promise<ApiKey[]> {
  const rows = await db.$queryRaw<KeyRow[]>`
    SELECT k.id, k.organization_id AS "organizationId", k.user_id AS "userId",
      k.service_account_id AS "serviceAccountId", k.name, k.environment, coalesce(k.scopes, '{}') AS scopes,
      coalesce(k.grantable_scopes, '{}') AS "grantableScopes", k.resource, k.external_id AS "externalId", k.tier, k.limits,
      coalesce(k.allowed_ips, '{}') AS "allowedIps", k.metadata, k.expires_at AS "expiresAt",
      k.disabled_at AS "disabledAt", k.revoked_at AS "revokedAt", k.exposed_at AS "exposedAt",
      k.exposed_reason AS "exposedReason", (SELECT max(s.last_used_at) FROM api_key_secrets s WHERE s.api_key_id = k.id) AS "lastUsedAt", k.created_at AS "createdAt",
      k.updated_at AS "updatedAt", m.role::text AS role,
      coalesce(u.disabled_at, a.disabled_at) IS NOT NULL AS "ownerDisabled",
      coalesce(u.administrator, a.administrator, false) AS "ownerAdministrator", a.name AS "accountName",
      u.id IS NULL OR u.email_verified_at IS NOT NULL AS "ownerProven",
      (SELECT json_agg(json_build_object('id', s.id, 'hint', s.hint, 'createdAt', s.created_at,
          'expiresAt', s.expires_at, 'supersededAt', s.superseded_at, 'lastUsedAt', s.last_used_at))
        FROM api_key_secrets s
        WHERE s.api_key_id = k.id
          AND (s.superseded_at IS NULL OR s.expires_at IS NULL OR s.expires_at > ${now.toISOString()}::timestamptz)
      ) AS secrets
    FROM api_keys k
    LEFT JOIN users u ON u.id = k.user_id
    LEFT JOIN memberships m ON m.organization_id = k.organization_id AND m.user_id = k.user_id
    LEFT JOIN service_accounts a ON a.id = k.service_account_id
    WHERE ${which}`
  return rows.map(toKey)
}

export async function findApiKey(db: Db | Tx, id: string, now: Date): Promise<ApiKey | null> {
  const [key] = await selectKeys(db, Prisma.sql`k.id = ${id}`, now)
  return key ?? null
}

/** In the order of the ids. */
export async function listApiKeysById(db: Db | Tx, ids: readonly string[], now: Date): Promise<ApiKey[]> {
  const keys = await selectKeys(db, Prisma.sql`k.id = ANY(${[...ids]}::text[])`, now)
  const byId = new Map(keys.map((key) => [key.id, key]))
  return ids.flatMap((id) => byId.get(id) ?? [])
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
      // Another end is told of at other times.
      ...(change.expiresAt !== undefined && { noticeAt: null }),
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
  const { userId, serviceAccountId, exposedAt, exposedReason, secrets, ...rest } = row
  const { ownerDisabled: disabled, ownerAdministrator: administrator, ownerProven: proven, ...others } = rest
  const { role, accountName, ...columns } = others
  return {
    ...columns,
    owner:
      userId === null
        ? serviceAccountOwner({ id: serviceAccountId ?? '', name: accountName ?? '', disabled, administrator })
        : personOwner({ id: userId, disabled, administrator, proven, role }),
    exposed: exposedAt && { at: exposedAt, reason: exposedReason ?? 'leaked' },
    secrets: secrets.map(toSecret).toSorted(newestFirst),
  }
}

function toSecret({ id, hint, createdAt, expiresAt, supersededAt, lastUsedAt }: SecretRow): ApiKeySecret {
  const at = (text: string | null) => (text === null ? null : new Date(text))
  return {
    id,
    hint,
    createdAt: new Date(createdAt),
    expiresAt: at(expiresAt),
    supersededAt: at(supersededAt),
    lastUsedAt: at(lastUsedAt),
  }
}

/** The current one first, whatever the clocks of several nodes said. */
function newestFirst(a: ApiKeySecret, b: ApiKeySecret): number {
  if (a.supersededAt === null) return -1
  if (b.supersededAt === null) return 1
  return b.createdAt.getTime() - a.createdAt.getTime()
}

// ── What decides about them ──────────────────────────────────────────────────────────────────────────────────────

/** Who left the organization holds nothing there any more. */
function personOwner(person: {
  id: string
  disabled: boolean
  administrator: boolean
  proven: boolean
  role: MemberRole | null
}): KeyOwner {
  const { id, disabled, administrator, proven, role } = person
  return {
    kind: 'user',
    id,
    name: null,
    active: !disabled && role !== null,
    proven,
    administrator,
    organizationAdmin: role === 'owner' || role === 'admin',
    role,
  }
}

function serviceAccountOwner(account: {
  id: string
  name: string
  disabled: boolean
  administrator: boolean
}): KeyOwner {
  const { id, name, disabled, administrator } = account
  const asAdmin = { organizationAdmin: true, role: 'admin' } as const
  return { kind: 'service_account', id, name, active: !disabled, proven: true, administrator, ...asAdmin }
}

/** Whoever would own keys of this organization; null for one that isn't there. */
export async function findKeyOwner(
  tx: Tx,
  { kind, id }: Pick<KeyOwner, 'kind' | 'id'>,
  organizationId: string,
): Promise<KeyOwner | null> {
  if (kind === 'service_account') {
    const account = await tx.serviceAccount.findUnique({ where: { id, organizationId } })
    return account && serviceAccountOwner({ ...account, disabled: account.disabledAt !== null })
  }
  const user = await tx.user.findUnique({ where: { id }, include: { memberships: { where: { organizationId } } } })
  if (!user) return null
  return personOwner({
    id,
    administrator: user.administrator,
    disabled: user.disabledAt !== null,
    proven: user.emailVerifiedAt !== null,
    role: user.memberships[0]?.role ?? null,
  })
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

/** What an organization is called by what stands behind a gateway. */
export async function getCustomerName(tx: Tx, id: string): Promise<{ externalId: string | null; personal: boolean }> {
  const { externalId, personalUserId } = await tx.organization.findUniqueOrThrow({
    where: { id },
    select: { externalId: true, personalUserId: true },
  })
  return { externalId, personal: personalUserId !== null }
}

export async function isExternalIdTaken(tx: Tx, externalId: string): Promise<boolean> {
  return (await tx.organization.findUnique({ where: { externalId }, select: { id: true } })) !== null
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

/** Whom to write to about a key: the person whom it acts for, and who administers its organization. */
export async function listKeyAddressees(
  db: Db | Tx,
  { owner, organizationId }: Pick<ApiKey, 'owner' | 'organizationId'>,
): Promise<string[]> {
  const administers: Prisma.UserWhereInput = {
    memberships: { some: { organizationId, role: { in: ['owner', 'admin'] } } },
  }
  const rows = await db.user.findMany({
    where: { OR: [administers, ...(owner.kind === 'user' ? [{ id: owner.id }] : [])], disabledAt: null },
    select: { id: true },
  })
  return rows.map(({ id }) => id)
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

export async function getOrganizationTier(db: Db, id: string): Promise<string> {
  return (await db.organization.findUniqueOrThrow({ where: { id }, select: { tier: true } })).tier
}
