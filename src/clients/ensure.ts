/** A client that the program brings itself, under an id of its own: made at the first start, kept as it should be at each. */
import { record, type AuditContext } from '../audit/record.ts'
import type { Tx } from '../platform/database.ts'
import type { Registration } from './metadata-rules.ts'
import { insertClientIfAbsent, lockClient, type NewClient } from './store.ts'
import { updateClient } from './update.ts'

/**
 * Several starts at once make one client. It must not have a secret: nobody would learn it. One that an administrator has
 * disabled stays so.
 */
export async function ensureClient(
  tx: Tx,
  id: string,
  registration: Registration & { name: string },
  context: AuditContext,
): Promise<void> {
  const wanted: NewClient = { ...registration, id, origin: 'administrator', createdAt: context.clock.now() }
  const { organizationId } = registration
  if (await insertClientIfAbsent(tx, wanted)) {
    const data = { name: wanted.name, redirect_uris: wanted.redirectUris }
    await record(tx, { type: 'client.created', id, organizationId, data }, context)
  } else {
    const current = await lockClient(tx, id)
    if (!current) throw new Error(`the client ${id} was deleted while it was looked at`)
    await updateClient(tx, current, registration, context)
  }
}
