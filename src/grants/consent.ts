/** A person's answer to a client's request, written down with what it means for later ones. */
import { record, type AuditContext } from '../audit/record.ts'
import type { Db } from '../platform/database.ts'
import { newId } from '../platform/ids.ts'
import { merge, type Answer } from './grant.ts'
import { findGrant, lockGrantOf, putGrant } from './store.ts'

export async function giveConsent(
  db: Db,
  about: { userId: string; clientId: string; clientFingerprint: Uint8Array; organizationId: string | null },
  answer: Answer,
  context: AuditContext,
): Promise<void> {
  await db.$transaction(async (tx) => {
    await lockGrantOf(tx, about.userId, about.clientId)
    const before = await findGrant(tx, about.userId, about.clientId)
    const after = merge(before, answer)
    const id = before?.id ?? newId('grt', context.clock)
    await putGrant(tx, {
      ...after,
      id,
      userId: about.userId,
      clientId: about.clientId,
      clientFingerprint: about.clientFingerprint,
      at: context.clock.now(),
    })
    await record(
      tx,
      {
        type: before ? 'grant.updated' : 'grant.created',
        id,
        organizationId: about.organizationId,
        data: {
          user_id: about.userId,
          client_id: about.clientId,
          oidc_scopes: after.oidcScopes,
          resource_scopes: after.resourceScopes,
        },
      },
      context,
    )
  })
}
