/** Makes a service account. */
import { record, type AuditContext } from '../../audit/record.ts'
import type { Tx } from '../../platform/database.ts'
import { newId } from '../../platform/ids.ts'
import type { ServiceAccount } from './service-account.ts'
import { insertServiceAccount } from './store.ts'

export interface NewServiceAccount {
  organizationId: string
  name: string
  description: string | null
  /** Only the command on the host sets it: no credential can make one that outranks it. */
  administrator: boolean
}

export type CreatedServiceAccount = { outcome: 'created'; account: ServiceAccount } | { outcome: 'name_taken' }

/** The organization must exist. */
export async function createServiceAccount(
  tx: Tx,
  wanted: NewServiceAccount,
  context: AuditContext,
): Promise<CreatedServiceAccount> {
  const now = context.clock.now()
  const account = { ...wanted, id: newId('svc', context.clock), disabledAt: null, createdAt: now, updatedAt: now }
  if (!(await insertServiceAccount(tx, account))) return { outcome: 'name_taken' }
  const { id, organizationId, name, administrator } = account
  await record(tx, { type: 'service_account.created', id, organizationId, data: { name, administrator } }, context)
  return { outcome: 'created', account }
}
