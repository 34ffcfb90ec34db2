/** Notes that a key is in wrong hands, or may be. It works on until somebody revokes it. */
import { record, type AuditContext } from '../audit/record.ts'
import { notify } from '../platform/changes.ts'
import type { Db } from '../platform/database.ts'
import { currentSecret, type ApiKey, type ExposedReason } from './api-key.ts'
import { findApiKey, lockApiKey, updateApiKey } from './store.ts'

/**
 * Told once, whoever repeats what exposes it. That it leaked outweighs that it came unencrypted. A key that isn't there, or
 * that was revoked, is nothing to tell of.
 */
export async function exposeApiKey(
  db: Db,
  { keyId, reason }: { keyId: string; reason: ExposedReason },
  context: AuditContext,
): Promise<void> {
  const { clock } = context
  // A stranger may repeat it as often as they like: without a change there is no lock and no transaction.
  if (!isNews(await findApiKey(db, keyId, clock.now()), reason)) return
  await db.$transaction(async (tx) => {
    const key = await lockApiKey(tx, keyId, clock.now())
    if (!isNews(key, reason)) return
    await updateApiKey(tx, keyId, { exposed: { at: key.exposed?.at ?? clock.now(), reason } }, clock.now())
    if (!key.exposed) {
      const { organizationId, name } = key
      const data = { name, hint: currentSecret(key).hint, reason }
      await record(tx, { type: 'api_key.exposed', id: keyId, organizationId, data }, context)
    }
    await notify(tx, { kind: 'api_key', id: keyId })
  })
}

function isNews(key: ApiKey | null, reason: ExposedReason): key is ApiKey {
  if (!key || key.revokedAt) return false
  return !key.exposed || (key.exposed.reason === 'unencrypted' && reason === 'leaked')
}
