/** Who may give and take which role in an organization: the one table for adding, inviting, changing and removing. */
import { memberRoles, type MemberRole } from '../organization.ts'

/** As what somebody manages: as a member of the organization, or as an administrator of the platform. */
export type Manager = MemberRole | 'platform'

/**
 * | as       | gives and takes      | of themselves       |
 * | -------- | -------------------- | ------------------- |
 * | platform | owner, admin, member | steps down, leaves  |
 * | owner    | owner, admin, member | steps down, leaves  |
 * | admin    | member               | steps down, leaves  |
 * | member   | nothing              | leaves              |
 */
const given: Readonly<Record<Manager, readonly MemberRole[]>> = {
  platform: ['owner', 'admin', 'member'],
  owner: ['owner', 'admin', 'member'],
  admin: ['member'],
  member: [],
}

/** `from` null: somebody comes. `to` null: somebody goes. */
export interface RoleChange {
  from: MemberRole | null
  to: MemberRole | null
  /** Is it the manager's own role? */
  self: boolean
}

export function mayManage(manager: Manager, { from, to, self }: RoleChange): boolean {
  if (self && from !== null && rank(to) < rank(from)) return true
  return [from, to].every((role) => role === null || given[manager].includes(role))
}

function rank(role: MemberRole | null): number {
  return role === null ? -1 : memberRoles.indexOf(role)
}
