/** Exchanges an endpoint's secret: for a grace both sign, so that the receiver changes over without a gap. */
import { record, type AuditContext } from '../audit/record.ts'
import type { Tx } from '../platform/database.ts'
import type { Secrets } from '../platform/secrets.ts'
import { drawSecret, sealSecret } from './secrets.ts'
import { secretText } from './signature.ts'
import { getSecrets, lockEndpoint, updateSecrets } from './store.ts'

/** @returns null where there is no such endpoint */
export async function rotateSecret(
  tx: Tx,
  { secrets }: { secrets: Secrets },
  id: string,
  graceSeconds: number,
  context: AuditContext,
): Promise<{ secret: string; secretId: string; oldSecretEndsAt: Date | null } | null> {
  const endpoint = await lockEndpoint(tx, id)
  if (!endpoint) return null
  const { secretSealed } = await getSecrets(tx, id)
  const now = context.clock.now()
  const oldSecretEndsAt = graceSeconds > 0 ? new Date(now.getTime() + graceSeconds * 1_000) : null
  const secret = drawSecret()
  const sealed = sealSecret(secrets, id, secret)
  const oldSecretSealed = oldSecretEndsAt ? secretSealed : null
  await updateSecrets(tx, id, { ...sealed, oldSecretSealed, oldSecretEndsAt }, now)
  const data = { old_secret_ends_at: oldSecretEndsAt?.toISOString() ?? null }
  await record(tx, { type: 'webhook.secret_rotated', id, organizationId: endpoint.organizationId, data }, context)
  return { secret: secretText(secret), secretId: sealed.secretId, oldSecretEndsAt }
}
