/** The pages of organizations: a person's own in the account, everybody's in the console. */
import type { Desk, DeskRoute } from '../desk.ts'
import { addMember, showAddMember } from './add-member.ts'
import { listClients } from './clients.ts'
import { showOrganization } from './detail.ts'
import { askDelete, askLeave, deleteOrganization, leaveOrganization } from './end.ts'
import { createOrganization, editOrganization, showCreate, showEdit } from './form.ts'
import { invite, resendInvitation, showInvite, withdrawInvitation } from './invitations.ts'
import { listOrganizations } from './list.ts'
import { askRemove, changeMember, removeMember, showMember } from './member.ts'
import { listMembers } from './members.ts'
import { listPath, type OrganizationPages } from './parts.ts'
import { createAccount, editAccount, showEditAccount, showNewAccount } from './service-account-form.ts'
import { askDeleteAccount, deleteAccount, setDisabled, showAccount } from './service-account.ts'
import { listServiceAccounts } from './service-accounts.ts'

type Handle = (desk: Desk, pages: OrganizationPages) => Promise<void>

export function organizationPages(pages: OrganizationPages): DeskRoute[] {
  const list = listPath(pages)
  const one = `${list}/:id`
  const member = `${one}/members/:user`
  const accounts = `${one}/service-accounts`
  const account = `${accounts}/:account`
  const route = (method: DeskRoute['method'], path: string, handle: Handle): DeskRoute => ({
    method,
    path,
    handle: (desk) => handle(desk, pages),
  })
  /** What only those do who run the platform, and only those who belong to an organization. */
  const reserved =
    pages.base === '/admin'
      ? [
          route('GET', `${list}/new`, showCreate),
          route('POST', `${list}/new`, createOrganization),
          route('GET', `${one}/clients`, listClients),
          route('GET', `${one}/add-member`, showAddMember),
          route('POST', `${one}/add-member`, addMember),
          route('GET', `${one}/delete`, askDelete),
          route('POST', `${one}/delete`, deleteOrganization),
        ]
      : [route('GET', `${one}/leave`, askLeave), route('POST', `${one}/leave`, leaveOrganization)]
  return [
    route('GET', list, listOrganizations),
    ...reserved,
    route('GET', one, showOrganization),
    route('GET', `${one}/edit`, showEdit),
    route('POST', `${one}/edit`, editOrganization),
    route('GET', `${one}/members`, listMembers),
    route('GET', member, showMember),
    route('POST', member, changeMember),
    route('GET', `${member}/remove`, askRemove),
    route('POST', `${member}/remove`, removeMember),
    route('GET', `${one}/invite`, showInvite),
    route('POST', `${one}/invite`, invite),
    route('POST', `${one}/invitations/:invitation/resend`, resendInvitation),
    route('POST', `${one}/invitations/:invitation/withdraw`, withdrawInvitation),
    route('GET', accounts, listServiceAccounts),
    route('GET', `${accounts}/new`, showNewAccount),
    route('POST', `${accounts}/new`, createAccount),
    route('GET', account, showAccount),
    route('GET', `${account}/edit`, showEditAccount),
    route('POST', `${account}/edit`, editAccount),
    route('POST', `${account}/disable`, (desk) => setDisabled(desk, pages, true)),
    route('POST', `${account}/enable`, (desk) => setDisabled(desk, pages, false)),
    route('GET', `${account}/delete`, askDeleteAccount),
    route('POST', `${account}/delete`, deleteAccount),
  ]
}
