/** Changes a service account: what it is called, and whether its keys work. */
import { record, type AuditContext } from '../../audit/record.ts'
import { notify } from '../../platform/changes.ts'
import type { Db, Tx } from '../../platform/database.ts'
import { lockOrganization } from '../store.ts'
import type { ServiceAccount } from './service-account.ts'
import {
  findServiceAccountByName,
  lockServiceAccount,
  updateServiceAccount,
  type ServiceAccountColumns,
} from './store.ts'

export interface ServiceAccountChange {
  name?: string | undefined
  description?: string | null | undefined
  disabled?: boolean | undefined
}

export type ChangedServiceAccount =
  { outcome: 'done'; account: ServiceAccount; changed: readonly string[] } | { outcome: 'not_found' | 'name_taken' }

/** Keys of a disabled one answer `disabled` within a second, on every node, and work again once it is enabled. */
export async function changeServiceAccount(
  { db }: { db: Db },
  which: { organizationId: string; id: string },
  change: ServiceAccountChange,
  context: AuditContext,
): Promise<ChangedServiceAccount> {
  return db.$transaction((tx) => changeServiceAccountWithin(tx, which, change, context))
}

/** The same within a transaction. */
export async function changeServiceAccountWithin(
  tx: Tx,
  which: { organizationId: string; id: string },
  change: ServiceAccountChange,
  context: AuditContext,
): Promise<ChangedServiceAccount> {
  const { organizationId, id } = which
  // Two that take one name come one after the other.
  await lockOrganization(tx, organizationId)
  const current = await lockServiceAccount(tx, which)
  if (!current) return { outcome: 'not_found' }
  const columns = changedColumns(current, change, context.clock.now())
  const changed = Object.keys(columns).map((column) => (column === 'disabledAt' ? 'disabled' : column))
  if (changed.length === 0) return { outcome: 'done', account: current, changed }
  const { name } = columns
  if (name !== undefined && (await findServiceAccountByName(tx, { organizationId, name }))) {
    return { outcome: 'name_taken' }
  }
  const account = await updateServiceAccount(tx, id, columns, context.clock.now())
  await record(tx, { type: 'service_account.updated', id, organizationId, data: { changed } }, context)
  await notify(tx, { kind: 'service_account', id })
  return { outcome: 'done', account, changed }
}

function changedColumns(current: ServiceAccount, change: ServiceAccountChange, now: Date): ServiceAccountColumns {
  const { name, description, disabled } = change
  return {
    ...(name !== undefined && name !== current.name && { name }),
    ...(description !== undefined && description !== current.description && { description }),
    ...(disabled !== undefined && disabled !== (current.disabledAt !== null) && { disabledAt: disabled ? now : null }),
  }
}
