/** The rows of organizations and of their members. */
import type { Db, Tx } from '../platform/database.ts'
import type { MemberRole } from './organization.ts'

interface Membership {
  organizationId: string
  userId: string
  role: MemberRole
  createdAt: Date
}

export async function insertOrganization(
  tx: Tx,
  organization: { id: string; name: string; personalUserId: string | null; createdAt: Date },
): Promise<void> {
  await tx.organization.create({ data: { ...organization, updatedAt: organization.createdAt } })
}

export async function findOrganization(db: Db | Tx, id: string): Promise<{ id: string; name: string } | null> {
  return db.organization.findUnique({ where: { id }, select: { id: true, name: true } })
}

/** False if the person is a member already. */
export async function insertMembership(tx: Tx, membership: Membership): Promise<boolean> {
  const { count } = await tx.membership.createMany({ data: membership, skipDuplicates: true })
  return count === 1
}

export async function findMembership(db: Db | Tx, organizationId: string, userId: string): Promise<Membership | null> {
  return db.membership.findUnique({ where: { organizationId_userId: { organizationId, userId } } })
}

export async function setRole(tx: Tx, organizationId: string, userId: string, role: MemberRole): Promise<void> {
  await tx.membership.update({ where: { organizationId_userId: { organizationId, userId } }, data: { role } })
}
