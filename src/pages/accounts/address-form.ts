/** A form that asks for an address and has a mail sent there: read, and throttled before anything is looked up. */
import { field } from '../../http/forms.ts'
import type { FormError } from '../../http/page-models.ts'
import type { Page } from '../../http/pages.ts'
import { attempt, networkCells } from '../../users/throttle.ts'
import { emailKey, parseEmail } from '../../users/user.ts'
import { throttled, type AccountServices } from './services.ts'

export interface AddressFault {
  /** As typed, to be shown again. */
  email: string
  errors: FormError<'email'>[]
  status: 422 | 429
}

export type ReadAddress = { ok: true; email: string } | { ok: false; again: AddressFault }

export async function readAddress(services: Pick<AccountServices, 'users'>, page: Page): Promise<ReadAddress> {
  const typed = field(page.form, 'email').trim()
  const email = parseEmail(typed)
  if (email === null) {
    const code = typed === '' ? 'email_required' : 'email_invalid'
    return { ok: false, again: { email: typed, errors: [{ field: 'email', code }], status: 422 } }
  }
  const seconds = await mailWait(services, page, email)
  if (seconds === null) return { ok: true, email }
  return { ok: false, again: { email: typed, errors: [throttled(page, seconds)], status: 429 } }
}

/**
 * Charges one mail; the seconds to wait if there were too many, else null. Counted by what was typed, known or not, so
 * that being refused tells nothing.
 */
async function mailWait({ users }: Pick<AccountServices, 'users'>, page: Page, email: string): Promise<number | null> {
  const tried = await attempt(users.db, users, [
    ...networkCells('mail', page.caller.address),
    { rule: 'mail_address', subject: emailKey(email) },
  ])
  return tried.allowed ? null : tried.retryAfterSeconds
}
