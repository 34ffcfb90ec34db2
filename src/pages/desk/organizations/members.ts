/** Who belongs to an organization, and who is invited. */
import {
  action,
  badge,
  badges,
  column,
  day,
  empty,
  lines,
  notice,
  postAction,
  relative,
  row,
  say,
  screen,
  section,
  soft,
  table,
  text,
} from '../../../http/screen-parts.ts'
import type { Block, Fault, Row } from '../../../http/screen.ts'
import type { InvitationOut } from '../../../organizations/invitations/api.ts'
import type { MemberOut } from '../../../organizations/members/api.ts'
import { mayManage, type Manager } from '../../../organizations/members/may-manage.ts'
import type { Desk } from '../desk.ts'
import { nextPage } from '../next-page.ts'
import { at, type Listed } from '../wire.ts'
import {
  administersIt,
  badgesOf,
  crumbsTo,
  managerIn,
  pathOfOrganization,
  readOrganization,
  tabsOf,
  type OrganizationPages,
} from './parts.ts'

export async function listMembers(desk: Desk, pages: OrganizationPages, faults: readonly Fault[] = []): Promise<void> {
  const organization = await readOrganization(desk)
  const { id } = organization
  const path = pathOfOrganization(pages, id)
  const manager = managerIn(desk, pages, id)
  const { data, next_cursor } = await desk.api.get<Listed<MemberOut>>(`/v1/organizations/${id}/members`, {
    cursor: desk.query['cursor'],
  })
  const invite = action(say('organization.invite'), `${path}/invite`, 'primary', 'plus')
  desk.screen(
    screen({
      title: organization.name,
      crumbs: crumbsTo(pages),
      badges: badgesOf(organization),
      tabs: tabsOf(pages, organization, 'members'),
      actions: [
        ...(pages.base === '/admin' && !organization.personal
          ? [action(say('organization.add-member'), `${path}/add-member`)]
          : []),
        ...(administersIt(manager) ? [invite] : []),
      ],
      blocks: [
        ...faults.map(({ text: said }) => notice(said, 'danger')),
        table({
          caption: say('organization.view.members'),
          columns: [
            column(say('organization.person')),
            column(say('organization.role')),
            column(say('organization.member-since'), { aside: true }),
          ],
          rows: data.map((member) => memberRow(desk, path, manager, member)),
          empty: empty('person', say('organization.members.none'), say('organization.members.none.text')),
          more: nextPage(desk, next_cursor),
        }),
        ...(administersIt(manager) ? [await invitationsOf(desk, path, id, manager)] : []),
      ],
    }),
    faults.length > 0 ? 409 : 200,
  )
}

function memberRow(desk: Desk, path: string, manager: Manager, member: MemberOut): Row {
  const { user_id, email, name, role, disabled, created_at } = member
  const self = user_id === desk.person.id
  const manageable = !self && mayManage(manager, { from: role, to: null, self })
  return row(
    [
      name === null ? text(email) : lines(text(name), soft(email)),
      badges([
        { text: say(`role.${role}`), tone: 'neutral' },
        ...(disabled ? [{ text: say('person.disabled'), tone: 'danger' as const }] : []),
        ...(self ? [{ text: say('person.you'), tone: 'good' as const }] : []),
      ]),
      day(at(created_at)),
    ],
    null,
    manageable || (self && role !== 'member')
      ? [action(say('organization.member.change'), `${path}/members/${user_id}`)]
      : [],
  )
}

async function invitationsOf(desk: Desk, path: string, id: string, manager: Manager): Promise<Block> {
  const { data } = await desk.api.get<Listed<InvitationOut>>(`/v1/organizations/${id}/invitations`, { limit: '200' })
  return section('invitations', say('organization.invitations'), [
    table({
      caption: say('organization.invitations'),
      columns: [
        column(say('organization.email')),
        column(say('organization.role')),
        column(say('organization.invited'), { aside: true }),
        column(say('organization.invitation.ends')),
      ],
      rows: data.map((one) =>
        row(
          [
            text(one.email),
            badge(say(`role.${one.role}`)),
            relative(at(one.created_at), desk.now),
            relative(at(one.expires_at), desk.now),
          ],
          null,
          mayManage(manager, { from: one.role, to: null, self: false })
            ? [
                postAction(say('organization.invitation.resend'), `${path}/invitations/${one.id}/resend`),
                postAction(say('organization.invitation.withdraw'), `${path}/invitations/${one.id}/withdraw`, 'quiet'),
              ]
            : [],
        ),
      ),
      empty: empty('mail', say('organization.invitations.none'), say('organization.invitations.none.text')),
    }),
  ])
}
