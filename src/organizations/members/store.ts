/** The rows of memberships. */
import type { Cursor } from '../../http/api/list.ts'
import type { Db, Tx } from '../../platform/database.ts'
import type { Prisma } from '../../platform/prisma/client.ts'
import type { MemberRole } from '../organization.ts'

interface Membership {
  organizationId: string
  userId: string
  role: MemberRole
  createdAt: Date
}

/** A membership, and who it is. */
export interface Member extends Membership {
  email: string
  name: string | null
  disabledAt: Date | null
}

const withPerson = {
  user: { select: { email: true, name: true, disabledAt: true } },
} as const satisfies Prisma.MembershipInclude

/** False if the person is a member already. */
export async function insertMembership(tx: Tx, membership: Membership): Promise<boolean> {
  const { count } = await tx.membership.createMany({ data: membership, skipDuplicates: true })
  return count === 1
}

/** Of a thousand people who are new. */
export async function insertMemberships(tx: Tx, memberships: readonly Membership[]): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO memberships (organization_id, user_id, role, created_at)
    SELECT "organizationId", "userId", role, "createdAt"
    FROM json_to_recordset(${JSON.stringify(memberships)}::json) AS r("organizationId" text, "userId" text,
      role member_role, "createdAt" timestamptz)`
}

export async function findMembership(db: Db | Tx, organizationId: string, userId: string): Promise<Membership | null> {
  return db.membership.findUnique({ where: { organizationId_userId: { organizationId, userId } } })
}

export async function findMember(db: Db | Tx, organizationId: string, userId: string): Promise<Member | null> {
  const where = { organizationId_userId: { organizationId, userId } }
  const row = await db.membership.findUnique({ where, include: withPerson })
  return row && toMember(row)
}

/** Where a person belongs, the own organization first. */
export interface Belonging {
  id: string
  name: string
  /** It is the person's own, where nobody else can be. */
  personal: boolean
  role: MemberRole
}

export async function listBelongings(db: Db, userId: string): Promise<Belonging[]> {
  const rows = await db.membership.findMany({
    where: { userId },
    select: { role: true, organization: { select: { id: true, name: true, personalUserId: true } } },
    orderBy: { createdAt: 'asc' },
  })
  return rows
    .map(({ role, organization: { id, name, personalUserId } }) => ({
      id,
      name,
      personal: personalUserId === userId,
      role,
    }))
    .toSorted((a, b) => Number(b.personal) - Number(a.personal) || a.name.localeCompare(b.name))
}

/** Newest first; one more than the limit. A cursor's id is the person's. */
export async function listMembers(
  db: Db | Tx,
  { organizationId, limit, cursor }: { organizationId: string; limit: number; cursor?: Cursor | undefined },
): Promise<Member[]> {
  const rows = await db.membership.findMany({
    where: {
      organizationId,
      ...(cursor && {
        OR: [{ createdAt: { lt: cursor.createdAt } }, { createdAt: cursor.createdAt, userId: { lt: cursor.id } }],
      }),
    },
    include: withPerson,
    orderBy: [{ createdAt: 'desc' }, { userId: 'desc' }],
    take: limit + 1,
  })
  return rows.map(toMember)
}

/** The ids of all there are. */
export async function listMemberIds(tx: Tx, organizationId: string): Promise<string[]> {
  const rows = await tx.membership.findMany({ where: { organizationId }, select: { userId: true } })
  return rows.map(({ userId }) => userId)
}

/** How many others there are, and how many of them are owners who can act. */
export async function countOthers(
  tx: Tx,
  organizationId: string,
  userId: string,
): Promise<{ members: number; actingOwners: number }> {
  const others = { organizationId, userId: { not: userId } }
  return {
    members: await tx.membership.count({ where: others }),
    actingOwners: await tx.membership.count({ where: { ...others, role: 'owner', user: { disabledAt: null } } }),
  }
}

/** Whether there is somebody of this id who could be a member. */
export async function canJoin(tx: Tx, userId: string): Promise<boolean> {
  return (await tx.user.count({ where: { id: userId, disabledAt: null } })) > 0
}

export async function setRole(tx: Tx, organizationId: string, userId: string, role: MemberRole): Promise<void> {
  await tx.membership.update({ where: { organizationId_userId: { organizationId, userId } }, data: { role } })
}

export async function deleteMembership(tx: Tx, organizationId: string, userId: string): Promise<void> {
  await tx.membership.delete({ where: { organizationId_userId: { organizationId, userId } } })
}

function toMember({ user, ...membership }: Membership & { user: Omit<Member, keyof Membership> }): Member {
  return { ...membership, ...user }
}
