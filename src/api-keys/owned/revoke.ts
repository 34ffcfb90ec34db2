/** Revokes every key of an owner at once: of somebody who leaves an organization, of a service account, of an organization that goes. */
import { record, type AuditContext } from '../../audit/record.ts'
import { notify } from '../../platform/changes.ts'
import type { Tx } from '../../platform/database.ts'
import { eraseAnswers } from '../store.ts'
import { revokeKeysOf, type Owned } from './store.ts'

/** For good, on every node within a second; each is noted by itself, as if it had been revoked alone. Returns how many. */
export async function revokeOwnedKeys(tx: Tx, owned: Owned, context: AuditContext): Promise<number> {
  const revoked = await revokeKeysOf(tx, owned, context.clock.now())
  if (revoked.length === 0) return 0
  // Only the newest may still be in an answer that could be given again: a rotation has erased those before it.
  await eraseAnswers(
    tx,
    revoked.flatMap(({ current }) => current?.id ?? []),
  )
  await record(
    tx,
    revoked.map(({ id, name, current }) => ({
      type: 'api_key.revoked',
      id,
      organizationId: owned.organizationId,
      data: { name, hint: current?.hint ?? '' },
    })),
    context,
  )
  await notify(tx, ...revoked.map(({ id }) => ({ kind: 'api_key' as const, id })))
  return revoked.length
}
