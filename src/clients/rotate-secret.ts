/** Gives a client a new secret. The one before works on for a grace, so that the client can be changed without a gap. */
import { record, type AuditContext } from '../audit/record.ts'
import { notify } from '../platform/changes.ts'
import { day, secondsFrom, type Clock } from '../platform/clock.ts'
import type { Tx } from '../platform/database.ts'
import type { Secrets } from '../platform/secrets.ts'
import { usesSecret, type Client, type ClientSecret } from './client.ts'
import { drawClientSecret } from './issue-secret.ts'
import { deleteSecrets, insertSecret, setSecretEnd } from './store.ts'

export const DEFAULT_GRACE_SECONDS = day
/** A secret that is to be replaced shouldn't be needed for longer than this (the same as for API keys). */
export const MAX_GRACE_SECONDS = 7 * day

export type SecretRotation =
  | { outcome: 'rotated'; secret: string; resting: ClientSecret; oldSecretEndsAt: Date | null }
  /** It proves itself with a key of its own, or not at all. */
  | { outcome: 'no_secret' }

/**
 * Of a client that is locked: two rotations at once would otherwise both see one live secret and leave three. `graceSeconds`
 * 0 ends the old secret at once. At most two are live: rotating again within a grace ends the oldest at once. A secret's own
 * end is never moved further away.
 */
export async function rotateClientSecret(
  tx: Tx,
  { secrets, clock }: { secrets: Secrets; clock: Clock },
  client: Client,
  graceSeconds: number,
  context: AuditContext,
): Promise<SecretRotation> {
  if (!usesSecret(client)) return { outcome: 'no_secret' }
  const { id, organizationId } = client
  const { secret, resting } = drawClientSecret({ secrets, clock })
  const oldSecretEndsAt = await retire(tx, client.secrets, { clock, graceSeconds })
  await insertSecret(tx, id, resting)
  const data = {
    secret_id: resting.id,
    hint: resting.hint,
    old_secrets_end_at: oldSecretEndsAt?.toISOString() ?? null,
  }
  await record(tx, { type: 'client.secret_rotated', id, organizationId, data }, context)
  await notify(tx, { kind: 'client', id })
  return { outcome: 'rotated', secret, resting, oldSecretEndsAt }
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
