/** The roles that somebody may give, each with what it means. */
import { choice, choiceGroup, choices, say } from '../../../http/screen-parts.ts'
import type { Field } from '../../../http/screen.ts'
import { mayManage, type Manager, type RoleChange } from '../../../organizations/members/may-manage.ts'
import { memberRoles, type MemberRole } from '../../../organizations/organization.ts'

export function rolesToGive(manager: Manager, { from, self }: Omit<RoleChange, 'to'>): MemberRole[] {
  return memberRoles.filter((to) => to === from || mayManage(manager, { from, to, self }))
}

export const roleOf = (typed: string): MemberRole | undefined => memberRoles.find((role) => role === typed)

export function roleField(roles: readonly MemberRole[], chosen: MemberRole): Field {
  const offered = roles.map((role) =>
    choice(role, say(`role.${role}`), { hint: say(`role.${role}.hint`), checked: role === chosen }),
  )
  return choices('role', { label: say('organization.role'), many: false, groups: [choiceGroup(offered)] })
}
