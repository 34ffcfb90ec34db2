/** What comes of pressing the button behind a link, and the password that was typed there. */
import type { AuditContext } from '../audit/record.ts'
import type { Locale } from '../http/messages.ts'
import type { FormError, FormFault } from '../http/page-models.ts'
import type { Link } from './links.ts'
import { checkPassword, type PasswordFault } from './password-policy.ts'
import { MAX_CHARACTERS, MIN_CHARACTERS } from './password-text.ts'
import type { UserServices } from './services.ts'
import { MAX_NAME } from './user.ts'

/** What the page asked for and got; only what the link's purpose asks for is looked at. */
export interface LinkInput {
  name: string
  password: string
  /** Who is signed in at the browser that pressed the button. */
  signedInAs: string | null
  locale: Locale
}

export type LinkAnswer =
  /** Used, expired, or what it was for is no longer so. */
  | { outcome: 'dead' }
  | { outcome: 'faults'; faults: FormError<'name' | 'password'>[] }
  /** With `enter`, whoever pressed the button is signed in by it. */
  | { outcome: 'done'; userId: string; enter: boolean }

export type AnswerLink = (
  services: UserServices,
  link: Link,
  input: LinkInput,
  context: AuditContext,
) => Promise<LinkAnswer>

/** Why a chosen password isn't taken; none if it is. */
export function passwordFaults(
  { platformName }: Pick<UserServices, 'platformName'>,
  { email, name }: { email: string; name: string | null },
  password: string,
): FormError<'password'>[] {
  if (password === '') return [{ field: 'password', code: 'password_required' }]
  const checked = checkPassword(password, { email, name, platformName })
  return checked.ok ? [] : [{ field: 'password', ...faultOf[checked.reason] }]
}

/** The same where a name is chosen, too. */
export function personFaults(
  services: Pick<UserServices, 'platformName'>,
  person: { email: string; name: string },
  password: string,
): FormError<'name' | 'password'>[] {
  const faults: FormError<'name' | 'password'>[] = []
  if (person.name === '') faults.push({ field: 'name', code: 'name_required' })
  if (person.name.length > MAX_NAME) faults.push({ field: 'name', code: 'name_too_long', maximum: MAX_NAME })
  return [...faults, ...passwordFaults(services, person, password)]
}

const faultOf: Readonly<Record<PasswordFault, FormFault>> = {
  too_short: { code: 'password_too_short', minimum: MIN_CHARACTERS },
  too_long: { code: 'password_too_long', maximum: MAX_CHARACTERS },
  common: { code: 'password_common' },
  contains_context: { code: 'password_personal' },
}
