/** Ends secrets of a client at once, on every node. Tokens that were got with them live on until their own end. */
import { record, type AuditContext } from '../audit/record.ts'
import { notify } from '../platform/changes.ts'
import type { Tx } from '../platform/database.ts'
import type { Client } from './client.ts'
import { deleteSecrets } from './store.ts'

/** Of a client that is locked: those of its secrets with one of these ids. @returns how many there were */
export async function deleteClientSecrets(
  tx: Tx,
  client: Pick<Client, 'id' | 'organizationId' | 'secrets'>,
  secretIds: readonly string[],
  context: AuditContext,
): Promise<number> {
  const ending = client.secrets.filter((secret) => secretIds.includes(secret.id))
  if (ending.length === 0) return 0
  await deleteSecrets(
    tx,
    ending.map((secret) => secret.id),
  )
  const { id, organizationId } = client
  await record(
    tx,
    ending.map((secret) => {
      const data = { secret_id: secret.id, hint: secret.hint }
      return { type: 'client.secret_deleted', id, organizationId, data } as const
    }),
    context,
  )
  await notify(tx, { kind: 'client', id })
  return ending.length
}
