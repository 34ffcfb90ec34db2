/** The service account of a certain name, made when it is first needed: what acts for an organization where nothing else was named. */
import { record, type AuditContext } from '../../audit/record.ts'
import type { Tx } from '../../platform/database.ts'
import { newId } from '../../platform/ids.ts'
import { createServiceAccount } from './create.ts'
import { findServiceAccountByName, insertServiceAccounts, listServiceAccountsByName } from './store.ts'

/** Its id. One that is there stays as it is, disabled or not. The organization must exist. */
export async function ensureServiceAccount(
  tx: Tx,
  wanted: { organizationId: string; name: string; administrator: boolean },
  context: AuditContext,
): Promise<string> {
  const present = await findServiceAccountByName(tx, wanted)
  if (present) return present.id
  const created = await createServiceAccount(tx, { ...wanted, description: null }, context)
  if (created.outcome === 'created') return created.account.id
  // Somebody has made it beside us meanwhile.
  const other = await findServiceAccountByName(tx, wanted)
  if (!other) throw new Error(`the service account ${wanted.name} of ${wanted.organizationId} is gone again`)
  return other.id
}

/** The same for a thousand, in three statements: their ids in the order asked. None of those that it makes is an administrator's. */
export async function ensureServiceAccounts(
  tx: Tx,
  wanted: readonly { organizationId: string; name: string }[],
  context: AuditContext,
): Promise<string[]> {
  const now = context.clock.now()
  const made = await insertServiceAccounts(
    tx,
    wanted.map(({ organizationId, name }) => ({
      id: newId('svc', context.clock),
      organizationId,
      name,
      description: null,
      administrator: false,
      disabledAt: null,
      createdAt: now,
      updatedAt: now,
    })),
  )
  await record(
    tx,
    made.map(({ id, organizationId, name }) => ({
      type: 'service_account.created',
      id,
      organizationId,
      data: { name, administrator: false },
    })),
    context,
  )
  const present = await listServiceAccountsByName(tx, wanted)
  const ids = new Map(present.map(({ id, organizationId, name }) => [JSON.stringify([organizationId, name]), id]))
  return wanted.map(({ organizationId, name }) => {
    const id = ids.get(JSON.stringify([organizationId, name]))
    if (id === undefined) throw new Error(`the service account ${name} of ${organizationId} is gone again`)
    return id
  })
}
