/** Invitations into an organization: by a mail with a link, which is sent anew or withdrawn. */
import { form, input, say, screen } from '../../../http/screen-parts.ts'
import { Problem } from '../../../http/problem.ts'
import type { Fault } from '../../../http/screen.ts'
import type { InvitationOut } from '../../../organizations/invitations/api.ts'
import type { Desk } from '../desk.ts'
import { onceField, onceOf } from '../once.ts'
import type { Listed } from '../wire.ts'
import { listMembers } from './members.ts'
import {
  administersIt,
  crumbsTo,
  managerIn,
  pathOfOrganization,
  readOrganization,
  type OrganizationPages,
} from './parts.ts'
import { roleField, roleOf, rolesToGive } from './roles.ts'

export async function showInvite(desk: Desk, pages: OrganizationPages, faults: Fault[] = []): Promise<void> {
  const organization = await readOrganization(desk)
  const { id, name } = organization
  const path = pathOfOrganization(pages, id)
  const manager = managerIn(desk, pages, id)
  if (!administersIt(manager) || organization.personal) throw new Problem('not_found')
  desk.screen(
    screen({
      title: say('organization.invite.title', { name }),
      lead: say('organization.invite.lead'),
      crumbs: [...crumbsTo(pages, organization), { text: say('organization.view.members'), href: `${path}/members` }],
      narrow: true,
      blocks: [
        form({
          action: `${path}/invite`,
          submit: say('organization.invite.submit'),
          cancelHref: `${path}/members`,
          faults,
          fields: [
            onceField(desk),
            input('email', {
              type: 'email',
              label: say('organization.email'),
              value: desk.typed('email') || (desk.query['email'] ?? ''),
            }),
            roleField(
              rolesToGive(manager, { from: null, self: false }),
              roleOf(desk.typed('role') || (desk.query['role'] ?? '')) ?? 'member',
            ),
          ],
        }),
      ],
    }),
    faults.length > 0 ? 422 : 200,
  )
}

export async function invite(desk: Desk, pages: OrganizationPages): Promise<void> {
  const { id } = await readOrganization(desk)
  const body = { email: desk.typed('email'), role: desk.typed('role') || 'member', locale: desk.locale }
  const once = onceOf(desk)
  await desk.attempt(() => desk.api.call('POST', `/v1/organizations/${id}/invitations`, { body, once }), {
    done: () => desk.done(`${pathOfOrganization(pages, id)}/members`, 'invited'),
    again: (faults) => showInvite(desk, pages, faults),
  })
}

/** A new link goes out, and only then the old one is worth nothing. */
export async function resendInvitation(desk: Desk, pages: OrganizationPages): Promise<void> {
  const { id } = await readOrganization(desk)
  const list = `/v1/organizations/${id}/invitations`
  const { data } = await desk.api.get<Listed<InvitationOut>>(list, { limit: '200' })
  const old = data.find((one) => one.id === desk.params['invitation'])
  if (!old) throw new Problem('not_found')
  const body = { email: old.email, role: old.role, locale: desk.locale }
  const work = async () => {
    await desk.api.call('POST', list, { body })
    await desk.api.call('DELETE', `${list}/${old.id}`)
  }
  await desk.attempt(work, {
    done: () => desk.done(`${pathOfOrganization(pages, id)}/members`, 'invited'),
    again: (faults) => listMembers(desk, pages, faults),
  })
}

export async function withdrawInvitation(desk: Desk, pages: OrganizationPages): Promise<void> {
  const { id } = await readOrganization(desk)
  const route = `/v1/organizations/${id}/invitations/${desk.params['invitation']}`
  await desk.attempt(() => desk.api.call('DELETE', route), {
    done: () => desk.done(`${pathOfOrganization(pages, id)}/members`, 'invitation-withdrawn'),
    again: (faults) => listMembers(desk, pages, faults),
  })
}
