/** Ends a person's sessions and what hangs on them, in the transaction of the change that is the reason: a reset, a proof by another route. */
import type { Event } from '../../audit/events.ts'
import { record } from '../../audit/record.ts'
import { notify } from '../../platform/changes.ts'
import type { EndAccess } from '../../users/sessions.ts'
import { deleteGrantsOf } from '../../grants/store.ts'
import { deleteSessionsOf, revokeFamiliesOfUser } from './store.ts'

export const endAccess: EndAccess = async (tx, userId, { families: all }, context) => {
  const sessions = await deleteSessionsOf(tx, userId)
  const families = await revokeFamiliesOfUser(tx, userId, { at: context.clock.now(), alsoOffline: all })
  const happened: Event[] = [
    ...sessions.map(
      ({ id }) => ({ type: 'session.ended', id, data: { user_id: userId, reason: 'credentials_changed' } }) as const,
    ),
    ...families.map(
      ({ id, clientId }) =>
        ({
          type: 'family.revoked',
          id,
          data: { user_id: userId, client_id: clientId, reason: 'credentials_changed' },
        }) as const,
    ),
  ]
  // Whoever held the account before may have been somebody else, and so may what they allowed.
  const grants = all ? await deleteGrantsOf(tx, userId) : []
  happened.push(
    ...grants.map(
      ({ id, clientId }) => ({ type: 'grant.revoked', id, data: { user_id: userId, client_id: clientId } }) as const,
    ),
  )
  if (happened.length === 0) return
  await record(tx, happened, context)
  await notify(
    tx,
    ...sessions.map(({ uid }) => ({ kind: 'session', id: uid }) as const),
    ...families.map(({ id }) => ({ kind: 'family', id }) as const),
  )
}
