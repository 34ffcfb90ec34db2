/** The rows of people, their links and their devices, and the cells of the throttles. */
import { afterCursor, type Cursor } from '../http/api/list.ts'
import type { Db, Tx } from '../platform/database.ts'
import { emailKey, type User } from './user.ts'

const userColumns = {
  id: true,
  email: true,
  emailVerifiedAt: true,
  name: true,
  passwordHash: true,
  importedPasswordHash: true,
  passwordChangedAt: true,
  administrator: true,
  locale: true,
  disabledAt: true,
} as const

export async function findUser(db: Db | Tx, id: string): Promise<User | null> {
  return db.user.findUnique({ where: { id }, select: userColumns })
}

export async function findUserByEmail(db: Db | Tx, email: string): Promise<User | null> {
  return db.user.findUnique({ where: { emailKey: emailKey(email) }, select: userColumns })
}

export interface UserRecord extends User {
  createdAt: Date
  updatedAt: Date
}

const recordColumns = { ...userColumns, createdAt: true, updatedAt: true } as const

/** Whose people are seen: everybody's, or those of these organizations. */
export type Sight = 'everybody' | { organizationIds: readonly string[] }

function seen(sight: Sight) {
  if (sight === 'everybody') return {}
  return { memberships: { some: { organizationId: { in: [...sight.organizationIds] } } } }
}

/** Null also for somebody who isn't seen. */
export async function findVisibleUser(db: Db | Tx, id: string, sight: Sight): Promise<UserRecord | null> {
  return db.user.findFirst({ where: { id, ...seen(sight) }, select: recordColumns })
}

/** Newest first; one more than the limit. `prefix`: what the address or the name begins with, in whatever letters. */
export async function listVisibleUsers(
  db: Db | Tx,
  sight: Sight,
  page: {
    email?: string | undefined
    prefix?: string | undefined
    ids?: readonly string[] | undefined
    limit: number
    cursor?: Cursor | undefined
  },
): Promise<UserRecord[]> {
  const { email, prefix, ids, limit, cursor } = page
  // Prisma takes a prefix for the pattern of a LIKE.
  const startsWith = prefix?.replaceAll(/[\\%_]/g, String.raw`\$&`)
  return db.user.findMany({
    where: {
      AND: [
        seen(sight),
        afterCursor(cursor),
        email === undefined ? {} : { emailKey: emailKey(email) },
        ids === undefined ? {} : { id: { in: [...ids] } },
        startsWith === undefined
          ? {}
          : {
              OR: [{ email: { startsWith, mode: 'insensitive' } }, { name: { startsWith, mode: 'insensitive' } }],
            },
      ],
    },
    select: recordColumns,
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: limit + 1,
  })
}

/** With all that is theirs alone, the personal organization among it. False if there was nobody. */
export async function deleteUser(tx: Tx, userId: string): Promise<boolean> {
  await tx.organization.deleteMany({ where: { personalUserId: userId } })
  const { count } = await tx.user.deleteMany({ where: { id: userId } })
  return count === 1
}

/** False if the address has an account. Not an error, which would end the transaction, also when two come at once. */
export async function insertUser(tx: Tx, user: Omit<User, 'disabledAt'>, createdAt: Date): Promise<boolean> {
  const { count } = await tx.user.createMany({
    data: {
      ...user,
      emailKey: emailKey(user.email),
      createdAt,
      updatedAt: createdAt,
    },
    skipDuplicates: true,
  })
  return count === 1
}

export interface UserChange {
  email?: string
  name?: string | null
  locale?: string | null
  emailVerifiedAt?: Date
  passwordHash?: string
  passwordChangedAt?: Date
  administrator?: boolean
  disabledAt?: Date | null
  mutedMail?: string[]
}

/** Whether there is a browser that they have signed in with. */
export async function hasDevices(tx: Tx, userId: string): Promise<boolean> {
  return (await tx.device.findFirst({ where: { userId }, select: { userId: true } })) !== null
}

/** Null: there is nobody of this id. */
export async function findMutedMail(db: Db | Tx, id: string): Promise<string[] | null> {
  return (await db.user.findUnique({ where: { id }, select: { mutedMail: true } }))?.mutedMail ?? null
}

/** A new password ends one that was brought along. */
export async function updateUser(tx: Tx, id: string, change: UserChange, updatedAt: Date): Promise<void> {
  const imported = change.passwordHash === undefined ? {} : { importedPasswordHash: null }
  const key = change.email === undefined ? {} : { emailKey: emailKey(change.email) }
  await tx.user.update({ where: { id }, data: { ...change, ...imported, ...key, updatedAt } })
}

/** False where the password has been changed since `user` was read, or the person disabled. */
export async function replacePassword(
  tx: Tx,
  { id, passwordChangedAt }: Pick<User, 'id' | 'passwordChangedAt'>,
  passwordHash: string,
  at: Date,
): Promise<boolean> {
  const { count } = await tx.user.updateMany({
    where: { id, passwordChangedAt, disabledAt: null },
    data: { passwordHash, importedPasswordHash: null, passwordChangedAt: at, updatedAt: at },
  })
  return count === 1
}

/** Only over the hash that was verified: a password that was changed meanwhile stays. */
export async function replacePasswordHash(db: Db | Tx, id: string, verified: string, fresh: string): Promise<void> {
  await db.user.updateMany({ where: { id, passwordHash: verified }, data: { passwordHash: fresh } })
}

// ── The installation ─────────────────────────────────────────────────────────────────────────────────────────────

/**
 * Locks the installation's row to the end of the transaction, so that of several who would make the first administrator,
 * or take away the last one, one does; says whether there has ever been one.
 */
export async function lockFirstAdministrator(tx: Tx): Promise<{ everExisted: boolean }> {
  const rows = await tx.$queryRaw<{ at: Date | null }[]>`
    SELECT first_administrator_at AS at FROM installation WHERE id = 1 FOR UPDATE`
  const row = rows[0]
  if (!row) throw new Error('the installation has no row')
  return { everExisted: row.at !== null }
}

/** Set once, and never cleared. */
export async function setFirstAdministratorAt(tx: Tx, at: Date): Promise<void> {
  await tx.installation.updateMany({ where: { id: 1, firstAdministratorAt: null }, data: { firstAdministratorAt: at } })
}

/** Who could administer the platform if this one no longer did. */
export async function countOtherAdministrators(tx: Tx, userId: string): Promise<number> {
  return tx.user.count({ where: { administrator: true, disabledAt: null, id: { not: userId } } })
}

// ── Links ────────────────────────────────────────────────────────────────────────────────────────────────────────

export interface LinkRow {
  id: string
  purpose: 'sign_up' | 'invitation' | 'reset' | 'first_administrator' | 'prove_email' | 'change_email'
  email: string
  userId: string | null
  organizationId: string | null
  role: 'owner' | 'admin' | 'member' | null
  administrator: boolean
  returnTo: string | null
  createdAt: Date
  expiresAt: Date
  consumedAt: Date | null
}

export async function insertLink(
  tx: Db | Tx,
  link: Omit<LinkRow, 'consumedAt'> & { digest: Uint8Array<ArrayBuffer> },
): Promise<void> {
  await tx.link.create({ data: link })
}

export async function findLinkByDigests(db: Db | Tx, digests: Uint8Array<ArrayBuffer>[]): Promise<LinkRow | null> {
  return db.link.findFirst({ where: { digest: { in: digests } }, omit: { digest: true } })
}

/** True for one caller only, however many try at once. */
export async function consumeLinkRow(tx: Tx, id: string, now: Date): Promise<boolean> {
  const { count } = await tx.link.updateMany({
    where: { id, consumedAt: null, expiresAt: { gt: now } },
    data: { consumedAt: now },
  })
  return count === 1
}

/** Makes somebody's live links of one kind worthless. */
export async function consumeLinksOf(
  tx: Tx,
  which: { purpose: LinkRow['purpose']; userId: string },
  now: Date,
): Promise<void> {
  await tx.link.updateMany({ where: { ...which, consumedAt: null }, data: { consumedAt: now } })
}

export async function hasLiveLink(db: Db | Tx, purpose: LinkRow['purpose'], now: Date): Promise<boolean> {
  const link = await db.link.findFirst({
    where: { purpose, consumedAt: null, expiresAt: { gt: now } },
    select: { id: true },
  })
  return link !== null
}

/** Invitations into an organization that still work. */
const pending = (organizationId: string, now: Date) =>
  ({ purpose: 'invitation', organizationId, consumedAt: null, expiresAt: { gt: now } }) as const

/** Newest first; one more than the limit. */
export async function listInvitationLinks(
  db: Db | Tx,
  page: { organizationId: string; now: Date; limit: number; cursor?: Cursor | undefined },
): Promise<LinkRow[]> {
  const { organizationId, now, limit, cursor } = page
  return db.link.findMany({
    where: { ...pending(organizationId, now), ...afterCursor(cursor) },
    omit: { digest: true },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: limit + 1,
  })
}

export async function findInvitationLink(
  db: Db | Tx,
  { organizationId, id, now }: { organizationId: string; id: string; now: Date },
): Promise<LinkRow | null> {
  return db.link.findFirst({ where: { ...pending(organizationId, now), id }, omit: { digest: true } })
}

/** Makes an organization's invitations to one address worthless. @returns their ids */
export async function consumeInvitationLinks(
  tx: Tx,
  { organizationId, email, now }: { organizationId: string; email: string; now: Date },
): Promise<string[]> {
  const links = await tx.link.findMany({ where: pending(organizationId, now), select: { id: true, email: true } })
  const ids = links.filter((link) => emailKey(link.email) === emailKey(email)).map(({ id }) => id)
  if (ids.length > 0) await tx.link.updateMany({ where: { id: { in: ids } }, data: { consumedAt: now } })
  return ids
}

// ── Devices ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** Who has signed in with a device before, by any of its digests. */
export async function listDeviceUsers(db: Db | Tx, digests: Uint8Array<ArrayBuffer>[], now: Date): Promise<string[]> {
  const rows = await db.device.findMany({
    where: { digest: { in: digests }, expiresAt: { gt: now } },
    select: { userId: true },
  })
  return rows.map((row) => row.userId)
}

export async function upsertDevice(
  db: Db | Tx,
  { digest, userId, now, expiresAt }: { digest: Uint8Array<ArrayBuffer>; userId: string; now: Date; expiresAt: Date },
): Promise<void> {
  await db.device.upsert({
    where: { digest_userId: { digest, userId } },
    create: { digest, userId, createdAt: now, lastSeenAt: now, expiresAt },
    update: { lastSeenAt: now, expiresAt },
  })
}

export async function deleteDevices(tx: Tx, userId: string): Promise<void> {
  await tx.device.deleteMany({ where: { userId } })
}

// ── Throttles ────────────────────────────────────────────────────────────────────────────────────────────────────

export interface CellCharge {
  key: Uint8Array<ArrayBuffer>
  /** How far one charge moves the cell, and how far it may be ahead of the time. */
  stepMs: number
  limitMs: number
}

/**
 * The statement that charges one cell if it may be charged, and then returns a row. `bind` gives a parameter its place;
 * `condition` is what must hold besides.
 *
 * No charge leaves a cell further ahead than its limit. One that is, by more than clocks of nodes differ, was charged by a
 * clock that has been set back since: it counts for nothing, or everybody would wait for that time to come again.
 */
export function chargeSql(
  bind: (value: unknown, type: string) => string,
  { key, stepMs, limitMs }: CellCharge,
  now: string,
  condition = 'true',
): string {
  const step = bind(`${stepMs} milliseconds`, 'interval')
  const limit = bind(`${limitMs} milliseconds`, 'interval')
  const arrival = `CASE WHEN cell.arrival_at > ${now} + ${limit} + interval '1 minute' THEN ${now} ELSE greatest(cell.arrival_at, ${now}) END`
  return `INSERT INTO throttles AS cell (key, arrival_at) SELECT ${bind(key, 'bytea')}, ${now} + ${step} WHERE ${condition}
    ON CONFLICT (key) DO UPDATE SET arrival_at = ${arrival} + ${step} WHERE ${arrival} + ${step} <= ${now} + ${limit}`
}

/**
 * Charges the cells in their order until one is over its limit, in one atomic statement; returns how many were charged.
 * Raw, since each charge depends on the row as it is at that moment, and the next one on that charge. They are locked in
 * their order, too, and cells of one kind stand at one place of it: two such statements can't wait for each other.
 */
export async function chargeCells(db: Db | Tx, cells: readonly CellCharge[], now: Date): Promise<number> {
  const values: unknown[] = [now.toISOString()]
  const bind = (value: unknown, type: string) => `$${values.push(value)}::${type}`
  const charges = cells.map((cell, index) => {
    const before = index === 0 ? 'true' : `EXISTS (SELECT FROM charge_${index - 1})`
    return `charge_${index} AS (${chargeSql(bind, cell, '$1::timestamptz', before)} RETURNING 1)`
  })
  const counts = cells.map((_, index) => `(SELECT count(*) FROM charge_${index})`)
  const rows = await db.$queryRawUnsafe<{ charged: number }[]>(
    `WITH ${charges.join(', ')} SELECT (${counts.join(' + ')})::int AS charged`,
    ...values,
  )
  return rows[0]?.charged ?? 0
}

/** Takes one charge back from each cell. */
export async function refundCells(db: Db | Tx, cells: readonly CellCharge[]): Promise<void> {
  for (const { key, stepMs } of cells) {
    await db.$executeRaw`
      UPDATE throttles SET arrival_at = arrival_at - ${`${stepMs} milliseconds`}::interval WHERE key = ${key}`
  }
}

export async function findArrival(db: Db | Tx, key: Uint8Array<ArrayBuffer>): Promise<Date | null> {
  const cell = await db.throttle.findUnique({ where: { key }, select: { arrivalAt: true } })
  return cell?.arrivalAt ?? null
}
