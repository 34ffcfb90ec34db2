/** Leaving an organization, and deleting one: each asked once, by its name. */
import { say } from '../../../http/screen-parts.ts'
import { Problem } from '../../../http/problem.ts'
import type { Fault } from '../../../http/screen.ts'
import { confirmation } from '../confirm.ts'
import type { Desk } from '../desk.ts'
import { crumbsTo, listPath, pathOfOrganization, readOrganization, type OrganizationPages } from './parts.ts'

export async function askLeave(desk: Desk, pages: OrganizationPages, faults: Fault[] = []): Promise<void> {
  const organization = await readOrganization(desk)
  const { id, name, personal } = organization
  // A person's own goes with the person.
  if (personal) throw new Problem('not_found')
  const path = pathOfOrganization(pages, id)
  confirmation(desk, {
    title: say('organization.leave.title', { name }),
    text: say('organization.leave.text', { name }),
    crumbs: crumbsTo(pages, organization),
    action: `${path}/leave`,
    submit: say('organization.leave.submit', { name }),
    cancelHref: path,
    faults,
  })
}

export async function leaveOrganization(desk: Desk, pages: OrganizationPages): Promise<void> {
  const { id } = await readOrganization(desk)
  await desk.attempt(() => desk.api.call('DELETE', `/v1/organizations/${id}/members/${desk.person.id}`), {
    done: () => desk.done(listPath(pages), 'organization-left'),
    again: (faults) => askLeave(desk, pages, faults),
  })
}

export async function askDelete(desk: Desk, pages: OrganizationPages, faults: Fault[] = []): Promise<void> {
  const organization = await readOrganization(desk)
  const { id, name, personal } = organization
  if (personal) throw new Problem('not_found')
  const path = pathOfOrganization(pages, id)
  confirmation(desk, {
    title: say('organization.delete.title', { name }),
    text: say('organization.delete.text'),
    crumbs: crumbsTo(pages, organization),
    action: `${path}/delete`,
    submit: say('organization.delete.submit', { name }),
    cancelHref: path,
    faults,
  })
}

export async function deleteOrganization(desk: Desk, pages: OrganizationPages): Promise<void> {
  const { id } = await readOrganization(desk)
  await desk.attempt(() => desk.api.call('DELETE', `/v1/organizations/${id}`), {
    done: () => desk.done(listPath(pages), 'organization-deleted'),
    again: (faults) => askDelete(desk, pages, faults),
  })
}
