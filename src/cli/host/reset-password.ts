/** `keygrant users reset-password`. */
import { passwordFromEnvironment } from '../../environment.ts'
import { issueResetLink } from '../../users/reset-password.ts'
import { setPassword } from '../../users/set-password.ts'
import { findUserByEmail } from '../../users/store.ts'
import { CommandFailure } from '../failure.ts'
import type { CommandIo } from '../session.ts'
import { readPassword } from '../terminal.ts'
import { linkText } from './link-text.ts'
import { passwordFaultText } from './password-fault.ts'
import { openPeopleBench } from '../people.ts'
import { emailOf, unknownUser, userDocument } from './person.ts'

export async function resetPassword(
  { output, stdin, stderr }: CommandIo,
  address: string,
  options: { link?: boolean },
): Promise<void> {
  const email = emailOf(address)
  await using people = await openPeopleBench()
  const { bench, services } = people
  const user = await findUserByEmail(bench.db, email)
  if (!user) throw unknownUser(email)
  if (options.link === true) {
    const { link, expiresInMinutes } = await issueResetLink(services, user, null, bench.context)
    const until = new Date(bench.clock.now().getTime() + expiresInMinutes * 60_000)
    const document = { ...userDocument(user), link, expires_at: until.toISOString() }
    output.result(document, linkText({ link, until, mailedTo: null }))
    return
  }
  const password = await readPassword({ given: passwordFromEnvironment(), stdin, stderr })
  const set = await setPassword(services, { email, password }, bench.context)
  if (set.outcome === 'unknown') throw unknownUser(email)
  if (set.outcome === 'refused') throw new CommandFailure(set.faults.map(passwordFaultText).join('\n'))
  output.result(userDocument(set.user), `${set.user.email} has a new password, and is signed out everywhere.`)
}
