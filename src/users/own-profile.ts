/** What a person says of themselves: their name, and the language of pages and mails. */
import { record, type AuditContext } from '../audit/record.ts'
import type { Locale } from '../http/messages.ts'
import type { FormError } from '../http/page-models.ts'
import type { Db } from '../platform/database.ts'
import { findUser, updateUser } from './store.ts'
import { MAX_NAME, parseName } from './user.ts'

export type ProfileChanged = { outcome: 'changed' } | { outcome: 'refused'; faults: FormError<'name'>[] }

/** A name that is empty is taken away. */
export async function changeProfile(
  { db }: { db: Db },
  userId: string,
  profile: { name: string; locale: Locale },
  context: AuditContext,
): Promise<ProfileChanged> {
  const name = parseName(profile.name) || null
  if (name !== null && name.length > MAX_NAME) {
    return { outcome: 'refused', faults: [{ field: 'name', code: 'name_too_long', maximum: MAX_NAME }] }
  }
  const { locale } = profile
  await db.$transaction(async (tx) => {
    const user = await findUser(tx, userId)
    if (!user) return
    const changed = [...(user.name === name ? [] : ['name']), ...(user.locale === locale ? [] : ['locale'])]
    if (changed.length === 0) return
    await updateUser(tx, userId, { name, locale }, context.clock.now())
    await record(tx, { type: 'user.updated', id: userId, data: { changed } }, context)
  })
  return { outcome: 'changed' }
}
