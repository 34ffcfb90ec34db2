/** `owners` of an organization, by their addresses: whoever has a proven account is one at once, all others are invited. */
import { z } from 'zod'
import { addMember } from '../organizations/members/add.ts'
import { changeRoleWithin } from '../organizations/members/change-role.ts'
import { removeMemberWithin } from '../organizations/members/remove.ts'
import { findMembership, listOwners, type Member } from '../organizations/members/store.ts'
import type { Organization } from '../organizations/organization.ts'
import type { PendingInvitation } from '../users/invitations.ts'
import { findUserByEmail } from '../users/store.ts'
import { emailKey, parseEmail } from '../users/user.ts'
import type { FieldChange } from './report.ts'
import type { Reading, Run } from './section.ts'

const email = z.string().refine((text) => parseEmail(text) !== null, { error: 'must be an e-mail address' })

export const ownersField = z
  .array(email)
  .max(100, { error: 'must have at most 100 entries' })
  .transform((emails) => [...new Map(emails.map((one) => [emailKey(one), one.trim()])).values()])

/** More than anybody invites. */
const EVERY_INVITATION = 10_000

interface Owners {
  /** By `emailKey`. */
  readonly present: ReadonlyMap<string, Member>
  readonly invited: ReadonlyMap<string, PendingInvitation>
}

/**
 * Whoever isn't named stays, unless the file prunes; without the list, nobody is touched.
 * @returns the change of it, if there is one
 */
export async function applyOwners(
  run: Run,
  organization: Organization,
  name: string,
  wanted: readonly string[] | undefined,
): Promise<FieldChange[]> {
  if (!wanted) return []
  const before = await ownersOf(run, organization)
  const named = new Set(wanted.map(emailKey))
  for (const [index, address] of wanted.entries()) {
    if (before.present.has(emailKey(address))) continue
    const fault = await add(run, organization, name, address, before)
    if (fault !== null) run.report.fault('conflict', ['organizations', name, 'owners', index], fault)
  }
  for (const [key, member] of before.present) {
    if (!named.has(key)) await leave(run, organization, name, member)
  }
  for (const [key, invitation] of before.invited) {
    if (named.has(key)) continue
    const which = { organizationId: organization.id, id: invitation.id }
    if (run.prune) await run.services.invitations.revoke(run.tx, which, run.context)
    else run.report.keep('invitation', `${invitation.email} as an owner of ${name}`)
  }
  const [from, to] = [told(before), told(await ownersOf(run, organization))]
  return JSON.stringify(from) === JSON.stringify(to) ? [] : [{ field: 'owners', from, to }]
}

/** What is in the way; null: nothing. */
async function add(
  run: Run,
  { id: organizationId, name: words }: Organization,
  name: string,
  address: string,
  before: Owners,
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
  if (before.invited.has(emailKey(address))) return null
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

async function leave(run: Run, { id }: Organization, name: string, member: Member): Promise<void> {
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

async function ownersOf({ tx, services }: Pick<Run, 'tx' | 'services'>, { id }: Organization): Promise<Owners> {
  const present = await listOwners(tx, id)
  const pending = await services.invitations.list(tx, { organizationId: id, limit: EVERY_INVITATION })
  const byKey = new Map(present.map((member) => [emailKey(member.email), member]))
  const invited = pending.filter(({ role, email: to }) => role === 'owner' && !byKey.has(emailKey(to)))
  return { present: byKey, invited: new Map(invited.map((one) => [emailKey(one.email), one])) }
}

function told({ present, invited }: Owners): string[] {
  const pending = [...invited.values()].map((one) => `${one.email} (invited)`)
  return [...[...present.values()].map((one) => one.email), ...pending].toSorted()
}

/** Those that are and those that are invited, by their addresses. */
export async function ownersSaid(reading: Reading, organization: Organization): Promise<string[]> {
  const { present, invited } = await ownersOf(reading, organization)
  return [...present.values(), ...invited.values()].map((one) => one.email).toSorted()
}
