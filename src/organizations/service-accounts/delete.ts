/** Ends a service account and its keys, for good. */
import { record, type AuditContext } from '../../audit/record.ts'
import { notify } from '../../platform/changes.ts'
import type { Db, Tx } from '../../platform/database.ts'
import type { RevokeKeys } from '../organization.ts'
import { deleteServiceAccount as deleteRow, hasKeys, lockServiceAccount, updateServiceAccount } from './store.ts'

export type DeletedServiceAccount = 'deleted' | 'disabled' | 'not_found'

/**
 * All its keys are revoked, each noted by itself. One that ever had a key stays, disabled: its keys, their usage and their
 * history name it. One that never had any is removed.
 */
export async function deleteServiceAccount(
  { db, revokeKeys }: { db: Db; revokeKeys: RevokeKeys },
  which: { organizationId: string; id: string },
  context: AuditContext,
): Promise<DeletedServiceAccount> {
  return db.$transaction((tx) => deleteServiceAccountWithin(tx, { revokeKeys }, which, context))
}

/** The same within a transaction. */
export async function deleteServiceAccountWithin(
  tx: Tx,
  { revokeKeys }: { revokeKeys: RevokeKeys },
  which: { organizationId: string; id: string },
  context: AuditContext,
): Promise<DeletedServiceAccount> {
  const { organizationId, id } = which
  const account = await lockServiceAccount(tx, which)
  if (!account) return 'not_found'
  await notify(tx, { kind: 'service_account', id })
  if (await hasKeys(tx, id)) {
    await revokeKeys(tx, { organizationId, serviceAccountId: id }, context)
    if (account.disabledAt) return 'disabled'
    const now = context.clock.now()
    await updateServiceAccount(tx, id, { disabledAt: now }, now)
    const data = { changed: ['disabled'] }
    await record(tx, { type: 'service_account.updated', id, organizationId, data }, context)
    return 'disabled'
  }
  await deleteRow(tx, id)
  const { name } = account
  await record(tx, { type: 'service_account.deleted', id, organizationId, data: { name } }, context)
  return 'deleted'
}
