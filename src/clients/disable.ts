/** Stops a client everywhere, or lets it work again. */
import { record, type AuditContext } from '../audit/record.ts'
import { notify } from '../platform/changes.ts'
import type { Clock } from '../platform/clock.ts'
import type { Db, Tx } from '../platform/database.ts'
import type { Client } from './client.ts'
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
    return client ? switchClient(tx, client, clock.now(), context) : 'not_found'
  })
}

/** What was issued before it was disabled and hasn't expired works again. */
export async function enableClient({ db }: { db: Db }, clientId: string, context: AuditContext): Promise<Switched> {
  return db.$transaction(async (tx): Promise<Switched> => {
    const client = await lockClient(tx, clientId)
    return client ? switchClient(tx, client, null, context) : 'not_found'
  })
}

/** Of a client that is locked. @param disabledAt null to enable it */
export async function switchClient(
  tx: Tx,
  client: Pick<Client, 'id' | 'disabledAt' | 'organizationId'>,
  disabledAt: Date | null,
  context: AuditContext,
): Promise<'done' | 'already'> {
  const { id, organizationId } = client
  if ((client.disabledAt === null) === (disabledAt === null)) return 'already'
  await setDisabledAt(tx, id, disabledAt)
  const type = disabledAt ? 'client.disabled' : 'client.enabled'
  await record(tx, { type, id, organizationId, data: {} }, context)
  await notify(tx, { kind: 'client', id })
  return 'done'
}
