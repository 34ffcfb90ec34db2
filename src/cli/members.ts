/** `keygrant members …`: who belongs to an organization, and as what. */
import { Argument, Option, type Command } from 'commander'
import { revokeOwnedKeys } from '../api-keys/owned/revoke.ts'
import { addMember } from '../organizations/members/add.ts'
import { changeRole } from '../organizations/members/change-role.ts'
import { removeMember } from '../organizations/members/remove.ts'
import { listMembers, type Member } from '../organizations/members/store.ts'
import { memberRoles, type MemberRole } from '../organizations/organization.ts'
import { findOrganization } from '../organizations/store.ts'
import type { Db } from '../platform/database.ts'
import { organizationInvitations } from '../users/invitations.ts'
import { findUserByEmail } from '../users/store.ts'
import { CommandFailure } from './failure.ts'
import { unknownOrganization } from './organizations.ts'
import { shortTime, table } from './output.ts'
import { openPeopleBench } from './people.ts'
import { emailOf, unknownUser } from './person.ts'
import type { Session } from './session.ts'
import { openWorkbench } from './workbench.ts'

export function addMemberCommands(program: Command, session: Session): void {
  const members = program.command('members').description('the people of an organization')
  addAdd(members, session)
  addList(members, session)
  addRole(members, session)
  addRemove(members, session)
}

/** Whoever sits at the host manages every organization. */
const operator = { manager: 'platform', userId: null } as const

function addAdd(members: Command, { run }: Session): void {
  members
    .command('add')
    .description('make somebody who has an account a member at once; to invite somebody: keygrant users invite')
    .argument('<organization-id>')
    .argument('<email>')
    .addOption(new Option('--role <role>', 'their part in it').choices(memberRoles).default('member'))
    .option('--json', 'print JSON')
    .action(
      run(async ({ output }, organizationId: string, address: string, { role }: { role: MemberRole }) => {
        await using bench = await openWorkbench()
        const userId = await userIdOf(bench.db, address)
        const wanted = { organizationId, userId, role }
        const added = await bench.db.$transaction((tx) => addMember(tx, wanted, bench.context))
        if (added.outcome !== 'added') throw refusal(added.outcome, organizationId, address)
        output.result(
          memberDocument(added.member),
          `${added.member.email} is ${withArticle[role]} of ${organizationId}.`,
        )
      }),
    )
}

function addList(members: Command, { run }: Session): void {
  members
    .command('list')
    .description('list the members of an organization, newest first')
    .argument('<organization-id>')
    .option('--json', 'print JSON')
    .action(
      run(async ({ output }, organizationId: string) => {
        await using bench = await openWorkbench()
        if (!(await findOrganization(bench.db, organizationId))) throw unknownOrganization(organizationId)
        const all = await everyMember(bench.db, organizationId)
        const rows = all.map((member) => [
          member.userId,
          member.email,
          member.name ?? '-',
          member.role,
          member.disabledAt ? 'disabled' : '-',
          shortTime(member.createdAt),
        ])
        const text =
          rows.length === 0 ? 'It has no members.' : table(['ID', 'E-MAIL', 'NAME', 'ROLE', 'STATE', 'SINCE'], rows)
        output.result({ data: all.map(memberDocument) }, text)
      }),
    )
}

function addRole(members: Command, { run }: Session): void {
  members
    .command('role')
    .description('give a member another role')
    .argument('<organization-id>')
    .argument('<email>')
    .addArgument(new Argument('<role>').choices(memberRoles))
    .option('--json', 'print JSON')
    .action(
      run(async ({ output }, organizationId: string, address: string, role: MemberRole) => {
        await using bench = await openWorkbench()
        const userId = await userIdOf(bench.db, address)
        const done = await changeRole(bench, { organizationId, userId, role }, operator, bench.context)
        if (done.outcome !== 'done') throw refusal(done.outcome, organizationId, address)
        const { member, changed } = done
        const text = `${member.email} ${changed ? 'is now' : 'was'} ${withArticle[role]} of ${organizationId}.`
        output.result({ ...memberDocument(member), changed }, text)
      }),
    )
}

function addRemove(members: Command, { run }: Session): void {
  members
    .command('remove')
    .description('take somebody out of an organization: their keys of it are revoked for good')
    .argument('<organization-id>')
    .argument('<email>')
    .option('--json', 'print JSON')
    .action(
      run(async ({ output }, organizationId: string, address: string) => {
        await using people = await openPeopleBench()
        const { bench, services } = people
        const userId = await userIdOf(bench.db, address)
        const removing = {
          db: bench.db,
          revokeKeys: revokeOwnedKeys,
          revokeInvitations: organizationInvitations(services).revokeTo,
        }
        const removed = await removeMember(removing, { organizationId, userId }, operator, bench.context)
        if (removed !== 'removed') throw refusal(removed, organizationId, address)
        const document = { organization_id: organizationId, user_id: userId, removed: true }
        output.result(document, `${address} is no member of ${organizationId} any more.`)
      }),
    )
}

async function userIdOf(db: Db, address: string): Promise<string> {
  const email = emailOf(address)
  const user = await findUserByEmail(db, email)
  if (!user) throw unknownUser(email)
  return user.id
}

async function everyMember(db: Db, organizationId: string): Promise<Member[]> {
  const limit = 200
  const all: Member[] = []
  for (;;) {
    const last = all.at(-1)
    const cursor = last && { createdAt: last.createdAt, id: last.userId }
    const page = await listMembers(db, { organizationId, limit, cursor })
    all.push(...page.slice(0, limit))
    if (page.length <= limit) return all
  }
}

function memberDocument(member: Member): object {
  return {
    organization_id: member.organizationId,
    user_id: member.userId,
    email: member.email,
    name: member.name,
    role: member.role,
    disabled: member.disabledAt !== null,
    created_at: member.createdAt.toISOString(),
  }
}

const withArticle = { owner: 'an owner', admin: 'an admin', member: 'a member' } as const

type Refused = 'not_found' | 'personal' | 'forbidden' | 'last_owner' | 'unknown_user' | 'already'

function refusal(outcome: Refused, organizationId: string, address: string): CommandFailure {
  const texts: Record<Refused, string> = {
    not_found: `${organizationId} is no organization, or ${address} no member of it. See: keygrant members list`,
    personal: `${organizationId} is a person's own organization, which has no other members.`,
    forbidden: `${address} can't be managed from here.`,
    last_owner: `${address} is the last owner who can act: make somebody else one first.`,
    unknown_user: `${address} is disabled.`,
    already: `${address} is a member already. To change the role: keygrant members role`,
  }
  return new CommandFailure(texts[outcome])
}
