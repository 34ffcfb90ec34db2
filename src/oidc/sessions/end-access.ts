/** Ends a person's sessions and what hangs on them, in the transaction of the change that is the reason: a reset, a proof by another route, a person who is disabled. */
import type { Event } from '../../audit/events.ts'
import { record } from '../../audit/record.ts'
import { notify } from '../../platform/changes.ts'
import type { EndAccess } from '../../users/sessions.ts'
import { deleteGrantsOf } from '../../grants/store.ts'
import { deleteSessionsOf, revokeFamiliesOfUser } from './store.ts'

export const endAccess: EndAccess = async (tx, userId, end, context) => {
  const { reason } = end
  const otherPerson = reason === 'credentials_changed' && end.families
  const sessions = await deleteSessionsOf(tx, userId)
  const families = await revokeFamiliesOfUser(tx, userId, {
    at: context.clock.now(),
    alsoOffline: otherPerson || reason === 'disabled',
  })
  const happened: Event[] = [
    ...sessions.map(({ id }) => ({ type: 'session.ended', id, data: { user_id: userId, reason } }) as const),
    ...families.map(
      ({ id, clientId }) =>
        ({ type: 'family.revoked', id, data: { user_id: userId, client_id: clientId, reason } }) as const,
    ),
  ]
  // Whoever held the account before may have been somebody else, and so may what they allowed.
  const grants = otherPerson ? await deleteGrantsOf(tx, userId) : []
  happened.push(
    ...grants.map(
      ({ id, clientId, organizationId }) =>
        ({ type: 'grant.revoked', id, organizationId, data: { user_id: userId, client_id: clientId } }) as const,
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
