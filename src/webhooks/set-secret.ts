/** Gives an endpoint the secret that its owner chose, in a file, say: the same one again changes nothing. */
import { z } from 'zod'
import { record, type AuditContext } from '../audit/record.ts'
import type { Tx } from '../platform/database.ts'
import { constantTimeEqual, type Secrets } from '../platform/secrets.ts'
import { openSecrets, sealSecret } from './secrets.ts'
import { readSecret } from './signature.ts'
import { getSecrets, updateSecrets } from './store.ts'
import { DEFAULT_GRACE_SECONDS, type WebhookEndpoint } from './webhook.ts'

export const chosenWebhookSecret = z.string().refine((text) => readSecret(text) !== null, {
  error: 'must be whsec_ and the base64 of 24 to 64 bytes: echo "whsec_$(openssl rand -base64 32)"',
})

/** Of an endpoint that is locked. For a day the one before signs, too. @param text as `chosenWebhookSecret` takes it */
export async function setSecret(
  tx: Tx,
  { secrets }: { secrets: Secrets },
  { id, organizationId }: Pick<WebhookEndpoint, 'id' | 'organizationId'>,
  text: string,
  context: AuditContext,
): Promise<'unchanged' | 'changed'> {
  const secret = readSecret(text)
  if (!secret) throw new Error('no secret of a webhook')
  const now = context.clock.now()
  const sealed = await getSecrets(tx, id)
  const [current] = openSecrets(secrets, id, sealed, now)
  if (current && constantTimeEqual(current, secret)) return 'unchanged'
  const oldSecretEndsAt = new Date(now.getTime() + DEFAULT_GRACE_SECONDS * 1_000)
  const next = sealSecret(secrets, id, secret)
  await updateSecrets(tx, id, { ...next, oldSecretSealed: sealed.secretSealed, oldSecretEndsAt }, now)
  const data = { old_secret_ends_at: oldSecretEndsAt.toISOString() }
  await record(tx, { type: 'webhook.secret_rotated', id, organizationId, data }, context)
  return 'changed'
}
