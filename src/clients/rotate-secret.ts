/** Gives a client a new secret. The one before works on for a grace, so that the client can be changed without a gap. */
import { record, type AuditContext } from '../audit/record.ts'
import { notify } from '../platform/changes.ts'
import { day, secondsFrom, type Clock } from '../platform/clock.ts'
import type { Db, Tx } from '../platform/database.ts'
import type { Secrets } from '../platform/secrets.ts'
import { usesSecret, type ClientSecret } from './client.ts'
import { drawClientSecret } from './issue-secret.ts'
import { deleteSecrets, insertSecret, lockClient, setSecretEnd } from './store.ts'

export const DEFAULT_GRACE_SECONDS = day
/** A secret that is to be replaced shouldn't be needed for longer than this (the same as for API keys). */
export const MAX_GRACE_SECONDS = 7 * day

export type SecretRotation =
  | { outcome: 'rotated'; secret: string; hint: string; oldSecretEndsAt: Date | null }
  | { outcome: 'not_found' }
  /** It proves itself with a key of its own, or not at all. */
  | { outcome: 'no_secret' }

/**
 * `graceSeconds` 0 ends the old secret at once. At most two are live: rotating again within a grace ends the oldest at
 * once. A secret's own end is never moved further away.
 */
export async function rotateClientSecret(
  { db, secrets, clock }: { db: Db; secrets: Secrets; clock: Clock },
  clientId: string,
  context: AuditContext,
  graceSeconds = DEFAULT_GRACE_SECONDS,
): Promise<SecretRotation> {
  if (!Number.isInteger(graceSeconds) || graceSeconds < 0 || graceSeconds > MAX_GRACE_SECONDS) {
    throw new RangeError(`a grace is a whole number of seconds from 0 to ${MAX_GRACE_SECONDS}`)
  }
  return db.$transaction(async (tx): Promise<SecretRotation> => {
    // Two rotations at once would otherwise both see one live secret and leave three.
    const client = await lockClient(tx, clientId)
    if (!client) return { outcome: 'not_found' }
    if (!usesSecret(client)) return { outcome: 'no_secret' }

    const { secret, resting } = drawClientSecret({ secrets, clock })
    const oldSecretEndsAt = await retire(tx, client.secrets, { clock, graceSeconds })
    await insertSecret(tx, clientId, resting)
    const { organizationId } = client
    const data = {
      secret_id: resting.id,
      hint: resting.hint,
      old_secrets_end_at: oldSecretEndsAt?.toISOString() ?? null,
    }
    await record(tx, { type: 'client.secret_rotated', id: clientId, organizationId, data }, context)
    await notify(tx, { kind: 'client', id: clientId })
    return { outcome: 'rotated', secret, hint: resting.hint, oldSecretEndsAt }
  })
}

/** Leaves the newest live secret its grace and ends all others; null when none lives on. */
async function retire(
  tx: Tx,
  held: readonly ClientSecret[],
  { clock, graceSeconds }: { clock: Clock; graceSeconds: number },
): Promise<Date | null> {
  const now = clock.now()
  const graceEnds = secondsFrom(clock, graceSeconds)
  const newest = graceSeconds > 0 ? held.find(({ expiresAt }) => expiresAt === null || expiresAt > now) : undefined
  const others = held.filter((secret) => secret !== newest)
  if (others.length > 0)
    await deleteSecrets(
      tx,
      others.map(({ id }) => id),
    )
  if (!newest) return null
  const endsAt = newest.expiresAt && newest.expiresAt < graceEnds ? newest.expiresAt : graceEnds
  await setSecretEnd(tx, newest.id, endsAt)
  return endsAt
}
