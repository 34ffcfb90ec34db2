/** Which kinds of mail a person doesn't want. What is about their safety is none of them. */
import { record, type AuditContext } from '../audit/record.ts'
import type { MailChoice } from '../notices/mail/kinds.ts'
import type { Db } from '../platform/database.ts'
import { findMutedMail, updateUser } from './store.ts'

/** Null: there is nobody of this id. */
export async function getMutedMail({ db }: { db: Db }, id: string): Promise<MailChoice[] | null> {
  return (await findMutedMail(db, id)) as MailChoice[] | null
}

/** All that they don't want, in place of what it was. False if there is nobody of this id. */
export async function setMutedMail(
  { db }: { db: Db },
  id: string,
  muted: readonly MailChoice[],
  context: AuditContext,
): Promise<boolean> {
  return db.$transaction(async (tx) => {
    const before = await findMutedMail(tx, id)
    if (!before) return false
    const mutedMail = [...new Set(muted)].toSorted()
    if (before.toSorted().join(' ') === mutedMail.join(' ')) return true
    await updateUser(tx, id, { mutedMail }, context.clock.now())
    await record(tx, { type: 'user.updated', id, data: { changed: ['muted_mail'] } }, context)
    return true
  })
}
