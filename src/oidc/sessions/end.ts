/** Ends sessions from outside of the browser: as if the person had signed out there, and what ends with it is dead at once on every node. */
import { record, type AuditContext } from '../../audit/record.ts'
import { notify } from '../../platform/changes.ts'
import type { Db } from '../../platform/database.ts'
import { deleteSession, deleteSessionsOf, revokeFamiliesOfSessions } from './store.ts'

/** @returns how many there were */
export async function endSessions(
  db: Db,
  which: { id: string } | { userId: string; except?: string | undefined },
  context: AuditContext,
): Promise<number> {
  return db.$transaction(async (tx) => {
    const sessions =
      'id' in which ? await deleteSession(tx, which.id) : await deleteSessionsOf(tx, which.userId, which.except)
    if (sessions.length === 0) return 0
    const uids = sessions.map(({ uid }) => uid)
    const families = await revokeFamiliesOfSessions(tx, uids, context.clock.now())
    const reason = 'revoked'
    await record(
      tx,
      [
        ...sessions.map(({ id, userId }) => {
          return { type: 'session.ended', id, data: { user_id: userId ?? '', reason } } as const
        }),
        ...families.map(({ id, clientId, userId }) => {
          return { type: 'family.revoked', id, data: { user_id: userId, client_id: clientId, reason } } as const
        }),
      ],
      context,
    )
    await notify(
      tx,
      ...uids.map((id) => ({ kind: 'session', id }) as const),
      ...families.map(({ id }) => ({ kind: 'family', id }) as const),
    )
    return sessions.length
  })
}
