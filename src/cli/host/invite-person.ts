/** `keygrant users invite`. */
import type { MemberRole } from '../../organizations/organization.ts'
import { findOrganization } from '../../organizations/store.ts'
import { invite } from '../../users/invite.ts'
import { CommandFailure } from '../failure.ts'
import type { CommandIo } from '../session.ts'
import { linkText } from './link-text.ts'
import { openPeopleBench } from '../people.ts'
import { emailOf } from './person.ts'

export async function invitePerson(
  { output }: CommandIo,
  address: string,
  options: { organization?: string; role: MemberRole; administrator?: boolean },
): Promise<void> {
  const email = emailOf(address)
  await using people = await openPeopleBench()
  const { bench, services, mails } = people
  const named = options.organization
  const organization = named === undefined ? null : await findOrganization(bench.db, named)
  if (named !== undefined && organization === null) {
    throw new CommandFailure(`There is no organization ${named}. See: keygrant organizations list`)
  }
  if (organization !== null && organization.personalUserId !== null) {
    throw new CommandFailure(`${organization.id} is a person's own organization, which has no other members.`)
  }
  const invitation = {
    email,
    organization: organization && { ...organization, role: options.role },
    administrator: options.administrator ?? false,
    inviter: null,
    locale: 'en',
  } as const
  const { link, expiresAt } = await invite(services, invitation, bench.context)
  const document = { email, link, expires_at: expiresAt.toISOString(), mailed: mails }
  output.result(document, linkText({ link, until: expiresAt, mailedTo: mails ? email : null }))
}
