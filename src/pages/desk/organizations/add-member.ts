/** Makes somebody who has an account a member at once, by their address: what only those may do who run the platform. */
import { action, form, input, notice, say, screen } from '../../../http/screen-parts.ts'
import { Problem } from '../../../http/problem.ts'
import type { Fault } from '../../../http/screen.ts'
import type { UserOut } from '../../../users/api.ts'
import type { Desk } from '../desk.ts'
import { onceField, onceOf } from '../once.ts'
import type { Listed } from '../wire.ts'
import { crumbsTo, managerIn, pathOfOrganization, readOrganization, type OrganizationPages } from './parts.ts'
import { roleField, roleOf, rolesToGive } from './roles.ts'

/** Nobody has this address: they can be invited, which makes them an account. */
const nobody: Fault = { field: 'email', text: say('organization.add-member.nobody') }

export async function showAddMember(desk: Desk, pages: OrganizationPages, faults: Fault[] = []): Promise<void> {
  const organization = await readOrganization(desk)
  const { id, name, personal } = organization
  if (personal) throw new Problem('not_found')
  const path = pathOfOrganization(pages, id)
  const email = desk.typed('email')
  const role = roleOf(desk.typed('role')) ?? 'member'
  const invitation = `${path}/invite?${new URLSearchParams({ email, role }).toString()}`
  desk.screen(
    screen({
      title: say('organization.add-member.title', { name }),
      lead: say('organization.add-member.lead'),
      crumbs: [...crumbsTo(pages, organization), { text: say('organization.view.members'), href: `${path}/members` }],
      narrow: true,
      blocks: [
        ...(faults.includes(nobody)
          ? [
              notice(say('organization.add-member.invite', { email }), 'neutral', {
                action: action(say('organization.invite'), invitation),
              }),
            ]
          : []),
        form({
          action: `${path}/add-member`,
          submit: say('organization.add-member.submit'),
          cancelHref: `${path}/members`,
          faults,
          fields: [
            onceField(desk),
            input('email', { type: 'email', label: say('organization.email'), value: email }),
            roleField(rolesToGive(managerIn(desk, pages, id), { from: null, self: false }), role),
          ],
        }),
      ],
    }),
    faults.length > 0 ? 422 : 200,
  )
}

export async function addMember(desk: Desk, pages: OrganizationPages): Promise<void> {
  const { id } = await readOrganization(desk)
  const email = desk.typed('email')
  const once = onceOf(desk)
  const add = async (): Promise<boolean> => {
    const { data } = await desk.api.get<Listed<UserOut>>('/v1/users', { email })
    const [person] = data
    if (!person) return false
    const body = { user_id: person.id, role: desk.typed('role') || 'member' }
    await desk.api.call('POST', `/v1/organizations/${id}/members`, { body, once })
    return true
  }
  await desk.attempt(add, {
    done: (added) =>
      added
        ? desk.done(`${pathOfOrganization(pages, id)}/members`, 'member-added')
        : showAddMember(desk, pages, [nobody]),
    // The address is what was typed of them.
    again: (faults) =>
      showAddMember(
        desk,
        pages,
        faults.map((fault) => (fault.field === 'user_id' ? { ...fault, field: 'email' } : fault)),
      ),
  })
}
