/** `owners` of an organization, by their addresses: whoever has a proven account is one at once, all others are invited. */
import { z } from 'zod'
import { addMember } from '../organizations/members/add.ts'
import { changeRoleWithin } from '../organizations/members/change-role.ts'
import { removeMemberWithin } from '../organizations/members/remove.ts'
import { findMembership } from '../organizations/members/store.ts'
import type { Organization } from '../organizations/organization.ts'
import type { Clock } from '../platform/clock.ts'
import type { Tx } from '../platform/database.ts'
import { findUserByEmail } from '../users/store.ts'
import { emailKey, parseEmail } from '../users/user.ts'
import type { FieldChange } from './report.ts'
import type { Run } from './section.ts'
import { listInvitedOwners, listOwnersOf, type InvitedRow, type OwnerRow } from './store.ts'

const email = z.string().refine((text) => parseEmail(text) !== null, { error: 'must be an e-mail address' })

export const ownersField = z
  .array(email)
  .max(100, { error: 'must have at most 100 entries' })
  .transform((emails) => [...new Map(emails.map((one) => [emailKey(one), one.trim()])).values()])

/** Of one organization, by `emailKey`. */
export interface Owners {
  readonly present: ReadonlyMap<string, OwnerRow>
  /** Somebody may have been invited more than once. */
  readonly invited: ReadonlyMap<string, readonly InvitedRow[]>
}

/** Of many at once. */
export async function readOwners(
  tx: Tx,
  clock: Clock,
  organizationIds: readonly string[],
): Promise<(organizationId: string) => Owners> {
  const present = Map.groupBy(await listOwnersOf(tx, organizationIds), byOrganization)
  const invited = Map.groupBy(await listInvitedOwners(tx, organizationIds, clock.now()), byOrganization)
  return (id) => {
    const owners = new Map((present.get(id) ?? []).map((one) => [emailKey(one.email), one]))
    const others = (invited.get(id) ?? []).filter((one) => !owners.has(emailKey(one.email)))
    return { present: owners, invited: Map.groupBy(others, (one) => emailKey(one.email)) }
  }
}

const byOrganization = ({ organizationId }: { organizationId: string }): string => organizationId

/**
 * Whoever isn't named stays, unless the file prunes; without the list, nobody is touched.
 * @returns the change of it, if there is one
 */
export async function applyOwners(
  run: Run,
  organization: Organization,
  name: string,
  wanted: readonly string[] | undefined,
  before: Owners,
): Promise<FieldChange[]> {
  if (!wanted) return []
  const named = new Set(wanted.map(emailKey))
  const isSettled = [...named].every((key) => before.present.has(key) || before.invited.has(key))
  if (isSettled && named.size === before.present.size + before.invited.size) return []
  for (const [index, address] of wanted.entries()) {
    const key = emailKey(address)
    if (before.present.has(key) || before.invited.has(key)) continue
    const fault = await add(run, organization, name, address)
    if (fault !== null) run.report.fault('conflict', ['organizations', name, 'owners', index], fault)
  }
  for (const [key, member] of before.present) {
    if (!named.has(key)) await leave(run, organization, name, member)
  }
  for (const [key, invitations] of before.invited) {
    if (!named.has(key)) await takeBack(run, organization, name, invitations)
  }
  const after = await readOwners(run.tx, run.services.clock, [organization.id])
  const [from, to] = [told(before), told(after(organization.id))]
  return JSON.stringify(from) === JSON.stringify(to) ? [] : [{ field: 'owners', from, to }]
}

/** What is in the way; null: nothing. */
async function add(
  run: Run,
  { id: organizationId, name: words }: Organization,
  name: string,
  address: string,
): Promise<string | null> {
  const { tx, services, context, principal, report } = run
  const user = await findUserByEmail(tx, address)
  // Only a proven address says whose an account is: all others show with the invitation that the mailbox is theirs.
  if (user?.emailVerifiedAt) {
    if (user.disabledAt) return 'is the address of somebody who is disabled'
    const wanted = { organizationId, userId: user.id, role: 'owner' } as const
    const member = await findMembership(tx, organizationId, user.id)
    const { outcome } = member
      ? await changeRoleWithin(tx, wanted, platform, context)
      : await addMember(tx, wanted, context)
    if (outcome !== 'added' && outcome !== 'done') throw new Error(`${user.id} could not be made an owner: ${outcome}`)
    return null
  }
  const organization = { id: organizationId, name: words, role: 'owner' } as const
  const inviterId = principal.subjectKind === 'user' ? principal.subject : null
  const wanted = { email: address, organization, inviterId, locale: 'en' } as const
  const invited = await services.invitations.issue(tx, wanted, context)
  if (invited.outcome === 'email_invalid') return 'must be an e-mail address'
  if (invited.outcome === 'invited') run.afterCommit(invited.send)
  else {
    // A mailbox is spared by whoever writes to it: the rest of the file need not wait for that.
    const why = `so many mails went there or from ${name} lately: apply again in ${invited.retryAfterSeconds} s`
    report.keep('invitation', `${address} as an owner of ${name} (not sent)`, why)
  }
  return null
}

async function takeBack(
  { tx, services, prune, report, context }: Run,
  { id: organizationId }: Organization,
  name: string,
  invitations: readonly InvitedRow[],
): Promise<void> {
  const [first] = invitations
  if (!prune && first) report.keep('invitation', `${first.email} as an owner of ${name}`)
  if (!prune) return
  for (const { id } of invitations) await services.invitations.revoke(tx, { organizationId, id }, context)
}

async function leave(run: Run, { id }: Organization, name: string, member: OwnerRow): Promise<void> {
  const { tx, services, prune, report, context } = run
  const what = `${member.email} of ${name}`
  if (!prune) {
    report.keep('owner', what)
    return
  }
  const removing = { revokeKeys: services.revokeKeys, revokeInvitations: services.invitations.revokeTo }
  const which = { organizationId: id, userId: member.userId }
  const removed = await removeMemberWithin(tx, removing, which, platform, context)
  if (removed === 'last_owner') report.keep('owner', what, 'the last one stays while there are members')
  else if (removed !== 'removed') throw new Error(`${member.userId} could not be removed: ${removed}`)
}

const platform = { manager: 'platform', userId: null } as const

function told({ present, invited }: Owners): string[] {
  const pending = [...invited.values()].flatMap(([one]) => (one ? `${one.email} (invited)` : []))
  return [...[...present.values()].map((one) => one.email), ...pending].toSorted()
}

/** Those that are and those that are invited, by their addresses. */
export function ownersSaid({ present, invited }: Owners): string[] {
  const all = [...present.values(), ...[...invited.values()].flatMap(([one]) => one ?? [])]
  return all.map(({ email: address }) => address).toSorted()
}
