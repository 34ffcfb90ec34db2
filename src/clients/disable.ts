/** Stops a client everywhere, or lets it work again. */
import { record, type AuditContext } from '../audit/record.ts'
import { notify } from '../platform/changes.ts'
import type { Clock } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import { lockClient, setDisabledAt } from './store.ts'

export type Switched = 'done' | 'already' | 'not_found'

/** Its authorizations, tokens and secrets stop within a second, on every node; nothing is deleted. */
export async function disableClient(
  { db, clock }: { db: Db; clock: Clock },
  clientId: string,
  context: AuditContext,
): Promise<Switched> {
  return db.$transaction(async (tx): Promise<Switched> => {
    const client = await lockClient(tx, clientId)
    if (!client) return 'not_found'
    if (client.disabledAt) return 'already'
    await setDisabledAt(tx, clientId, clock.now())
    const { organizationId } = client
    await record(tx, { type: 'client.disabled', id: clientId, organizationId, data: {} }, context)
    await notify(tx, { kind: 'client', id: clientId })
    return 'done'
  })
}

/** What was issued before it was disabled and hasn't expired works again. */
export async function enableClient({ db }: { db: Db }, clientId: string, context: AuditContext): Promise<Switched> {
  return db.$transaction(async (tx): Promise<Switched> => {
    const client = await lockClient(tx, clientId)
    if (!client) return 'not_found'
    if (!client.disabledAt) return 'already'
    await setDisabledAt(tx, clientId, null)
    const { organizationId } = client
    await record(tx, { type: 'client.enabled', id: clientId, organizationId, data: {} }, context)
    await notify(tx, { kind: 'client', id: clientId })
    return 'done'
  })
}
