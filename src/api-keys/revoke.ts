/** Revokes a key: all its secrets, at once on every node, for good. The audit trail stays. */
import { record, type AuditContext } from '../audit/record.ts'
import { notify } from '../platform/changes.ts'
import type { Tx } from '../platform/database.ts'
import { currentSecret, type ApiKey } from './api-key.ts'
import type { Asker } from './asker.ts'
import { getApiKeyLocked } from './get.ts'
import { written } from './issue.ts'
import { eraseAnswers, updateApiKey } from './store.ts'

/**
 * Doing it again changes nothing.
 * @throws {Problem} `not_found`
 */
export async function revokeApiKey(tx: Tx, asker: Asker, id: string, context: AuditContext): Promise<ApiKey> {
  const { clock } = context
  const key = await getApiKeyLocked(tx, asker, id, clock.now())
  if (key.revokedAt) return key
  await updateApiKey(tx, id, { revokedAt: clock.now() }, clock.now())
  // Only the newest may still be in an answer that could be given again: a rotation has erased those before it.
  const current = currentSecret(key)
  await eraseAnswers(tx, [current.id])
  const { organizationId, name } = key
  await record(tx, { type: 'api_key.revoked', id, organizationId, data: { name, hint: current.hint } }, context)
  await notify(tx, { kind: 'api_key', id })
  return written(tx, id, clock)
}
