/** What becomes of keys whose secrets have leaked: a living one is revoked or ends soon, and a dead one is only told of. */
import { record, type AuditContext } from '../../audit/record.ts'
import type { Event } from '../../audit/events.ts'
import { hour, secondsFrom } from '../../platform/clock.ts'
import { notify } from '../../platform/changes.ts'
import type { Tx } from '../../platform/database.ts'
import { currentSecret, liveSecrets, type ApiKey } from '../api-key.ts'
import { eraseAnswers, listApiKeysById } from '../store.ts'
import { endLeaked, lockKeys, revokeLeaked, type Version } from './store.ts'

/** Long enough to exchange it where it is used, and no longer. */
const LEAK_GRACE_SECONDS = hour

/**
 * By secret. A secret in its grace lives: whoever had it may have made the rotation, and hold the new one as well, so it is
 * the key that ends. The statements are as many for one as for a thousand.
 */
export async function answerLeaks(
  tx: Tx,
  versions: readonly Version[],
  response: 'revoke' | 'grace',
  context: AuditContext,
): Promise<Map<string, 'revoked' | 'grace' | 'dead'>> {
  const now = context.clock.now()
  const ids = [...new Set(versions.map(({ keyId }) => keyId))]
  await lockKeys(tx, ids)
  const keys = await listApiKeysById(tx, ids, now)
  const living = new Map(keys.flatMap((key) => liveSecrets(key, now).map(({ id }) => [id, key] as const)))
  const leaked = [...new Set(versions.flatMap(({ secretId }) => living.get(secretId) ?? []))]
  if (leaked.length > 0) await end(tx, leaked, response, context)
  const outcome = response === 'revoke' ? 'revoked' : 'grace'
  return new Map(versions.map(({ secretId }) => [secretId, living.has(secretId) ? outcome : 'dead']))
}

async function end(
  tx: Tx,
  keys: readonly ApiKey[],
  response: 'revoke' | 'grace',
  context: AuditContext,
): Promise<void> {
  const { clock } = context
  const ids = keys.map(({ id }) => id)
  if (response === 'revoke') await revokeLeaked(tx, ids, clock.now())
  else await endLeaked(tx, ids, { now: clock.now(), end: secondsFrom(clock, LEAK_GRACE_SECONDS) })
  // An answer that is given again must not show them any more.
  await eraseAnswers(
    tx,
    keys.map((key) => currentSecret(key).id),
  )
  const events = keys.flatMap((key): Event[] => {
    const { id, organizationId, name, exposed } = key
    const { hint } = currentSecret(key)
    return [
      // Told once: in a grace the same one may be found in many places.
      ...(exposed?.reason === 'leaked'
        ? []
        : [{ type: 'api_key.exposed', id, organizationId, data: { name, hint, reason: 'leaked' } } as const]),
      ...(response === 'revoke'
        ? [{ type: 'api_key.revoked', id, organizationId, data: { name, hint, reason: 'leaked' } } as const]
        : []),
    ]
  })
  if (events.length > 0) await record(tx, events, context)
  await notify(tx, ...ids.map((id) => ({ kind: 'api_key' as const, id })))
}

/** Tells of dead ones that were found: their owners should know where their secrets lie about. Nothing else changes. */
export async function tellOfDeadLeaks(tx: Tx, versions: readonly Version[], context: AuditContext): Promise<void> {
  const keys = await listApiKeysById(tx, [...new Set(versions.map(({ keyId }) => keyId))], context.clock.now())
  const byId = new Map(keys.map((key) => [key.id, key]))
  const events = versions.flatMap(({ keyId: id, hint }): Event[] => {
    const key = byId.get(id)
    if (!key) return []
    const { organizationId, name } = key
    return [{ type: 'api_key.exposed', id, organizationId, data: { name, hint, reason: 'leaked', dead: true } }]
  })
  if (events.length > 0) await record(tx, events, context)
}
