/** One member: another role, or none any more. */
import { action, form, say, screen, section } from '../../../http/screen-parts.ts'
import type { Block, Fault } from '../../../http/screen.ts'
import type { OrganizationOut } from '../../../organizations/api.ts'
import type { MemberOut } from '../../../organizations/members/api.ts'
import { mayManage } from '../../../organizations/members/may-manage.ts'
import { Problem } from '../../../http/problem.ts'
import { confirmation } from '../confirm.ts'
import type { Desk } from '../desk.ts'
import { patch, shownFields, wantedOf } from '../shown.ts'
import type { Listed } from '../wire.ts'
import { crumbsTo, managerIn, pathOfOrganization, readOrganization, type OrganizationPages } from './parts.ts'
import { roleField, roleOf, rolesToGive } from './roles.ts'

interface Found {
  organization: OrganizationOut
  member: MemberOut
  path: string
}

/** @throws {Problem} `not_found` */
async function read(desk: Desk, pages: OrganizationPages): Promise<Found> {
  const organization = await readOrganization(desk)
  const list = `/v1/organizations/${organization.id}/members`
  let cursor: string | undefined
  do {
    const page: Listed<MemberOut> = await desk.api.get<Listed<MemberOut>>(list, { limit: '200', cursor })
    const member = page.data.find(({ user_id }) => user_id === desk.params['user'])
    if (member) return { organization, member, path: pathOfOrganization(pages, organization.id) }
    cursor = page.next_cursor ?? undefined
  } while (cursor !== undefined)
  throw new Problem('not_found')
}

const called = ({ name, email }: MemberOut): string => name ?? email

function crumbsOf(pages: OrganizationPages, { organization, path }: Found) {
  return [...crumbsTo(pages, organization), { text: say('organization.view.members'), href: `${path}/members` }]
}

export async function showMember(desk: Desk, pages: OrganizationPages, faults: Fault[] = []): Promise<void> {
  const found = await read(desk, pages)
  const { organization, member, path } = found
  const own = `${path}/members/${member.user_id}`
  const self = member.user_id === desk.person.id
  const manager = managerIn(desk, pages, organization.id)
  const roles = rolesToGive(manager, { from: member.role, self })
  const chosen = roleOf(desk.typed('role')) ?? member.role
  const mayRemove = !self && mayManage(manager, { from: member.role, to: null, self })
  const remove: Block[] = mayRemove
    ? [
        section('end', say('organization.member.remove'), [], {
          text: say('organization.member.remove.hint'),
          tone: 'danger',
          actions: [action(say('organization.member.remove'), `${own}/remove`, 'danger')],
        }),
      ]
    : []
  desk.screen(
    screen({
      title: called(member),
      lead: member.name === null ? null : member.email,
      crumbs: crumbsOf(pages, found),
      narrow: true,
      blocks: [
        form({
          action: own,
          fields: [...shownFields(desk, { role: member.role }), roleField(roles, chosen)],
          faults,
          submit: say('desk.save'),
          cancelHref: `${path}/members`,
        }),
        ...remove,
      ],
    }),
    faults.length > 0 ? 422 : 200,
  )
}

export async function changeMember(desk: Desk, pages: OrganizationPages): Promise<void> {
  const { organization, member, path } = await read(desk, pages)
  const route = `/v1/organizations/${organization.id}/members/${member.user_id}`
  const body = wantedOf<{ role: string }>(desk, { role: member.role }, { role: desk.typed('role') })
  await desk.attempt(() => patch(desk, route, body), {
    done: () => desk.done(`${path}/members`, 'saved'),
    again: (faults) => showMember(desk, pages, faults),
  })
}

export async function askRemove(desk: Desk, pages: OrganizationPages, faults: Fault[] = []): Promise<void> {
  const found = await read(desk, pages)
  const { organization, member, path } = found
  const own = `${path}/members/${member.user_id}`
  const names = { name: called(member), organization: organization.name }
  confirmation(desk, {
    title: say('organization.member.remove.title', names),
    text: say('organization.member.remove.text', names),
    crumbs: crumbsOf(pages, found),
    action: `${own}/remove`,
    submit: say('organization.member.remove.submit', names),
    cancelHref: own,
    faults,
  })
}

export async function removeMember(desk: Desk, pages: OrganizationPages): Promise<void> {
  const { organization, member, path } = await read(desk, pages)
  const route = `/v1/organizations/${organization.id}/members/${member.user_id}`
  await desk.attempt(() => desk.api.call('DELETE', route), {
    done: () => desk.done(`${path}/members`, 'member-removed'),
    again: (faults) => askRemove(desk, pages, faults),
  })
}
