/** Adds a person on an operator's word. Their mailbox isn't proven by that: see `claimAccount` for when it is. */
import type { AuditContext } from '../audit/record.ts'
import type { FormError } from '../http/page-models.ts'
import { createUser } from './create-user.ts'
import { passwordFaults } from './link-answer.ts'
import type { UserServices } from './services.ts'
import { parseEmail, parseName, type User } from './user.ts'

export type AddedUser =
  | { outcome: 'added'; user: User }
  | { outcome: 'email_invalid' | 'email_taken' }
  | { outcome: 'refused'; faults: FormError<'password'>[] }

/** Without a password the person chooses one by a reset. */
export async function addUser(
  services: Pick<UserServices, 'db' | 'passwords' | 'organizations' | 'platformName'>,
  person: { email: string; name: string | null; password: string | null; locale: string | null },
  context: AuditContext,
): Promise<AddedUser> {
  const email = parseEmail(person.email)
  if (email === null) return { outcome: 'email_invalid' }
  const name = parseName(person.name ?? '') || null
  const { password, locale } = person
  const faults = password === null ? [] : passwordFaults(services, { email, name }, password)
  if (faults.length > 0) return { outcome: 'refused', faults }
  const passwordHash = password === null ? null : await services.passwords.hash(password)
  const user = await services.db.$transaction((tx) =>
    createUser(
      tx,
      services,
      { email, name, passwordHash, emailVerified: false, administrator: false, locale, by: 'operator' },
      context,
    ),
  )
  return user ? { outcome: 'added', user } : { outcome: 'email_taken' }
}
