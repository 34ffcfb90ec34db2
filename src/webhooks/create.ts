/** Makes an endpoint; its secret is told once. */
import { record, type AuditContext } from '../audit/record.ts'
import type { Tx } from '../platform/database.ts'
import { newId } from '../platform/ids.ts'
import type { Secrets } from '../platform/secrets.ts'
import { drawSecret, sealSecret } from './secrets.ts'
import { secretText } from './signature.ts'
import { countEndpoints, findEndpointByName, insertEndpoint, lockEndpoints } from './store.ts'
import { MOST_ENDPOINTS, type WebhookEndpoint } from './webhook.ts'

export type CreatedEndpoint =
  | { outcome: 'created'; endpoint: WebhookEndpoint; secret: string; secretId: string }
  | { outcome: 'name_taken' | 'too_many' }

/**
 * The organization must exist, and the address must be one that endpoints may have.
 * @param chosen its secret; a drawn one unless said
 */
export async function createEndpoint(
  tx: Tx,
  { secrets }: { secrets: Secrets },
  wanted: Pick<WebhookEndpoint, 'organizationId' | 'name' | 'url' | 'types' | 'ownerId'>,
  context: AuditContext,
  chosen: Buffer = drawSecret(),
): Promise<CreatedEndpoint> {
  const { organizationId } = wanted
  await lockEndpoints(tx, organizationId)
  if (await findEndpointByName(tx, wanted)) return { outcome: 'name_taken' }
  if ((await countEndpoints(tx, organizationId)) >= MOST_ENDPOINTS) return { outcome: 'too_many' }
  const now = context.clock.now()
  const id = newId('whk', context.clock)
  const endpoint: WebhookEndpoint = {
    ...wanted,
    id,
    oldSecretEndsAt: null,
    failingSince: null,
    disabledAt: null,
    disabledReason: null,
    createdAt: now,
    updatedAt: now,
  }
  const sealed = sealSecret(secrets, id, chosen)
  await insertEndpoint(tx, endpoint, sealed)
  // Where it leads is noted without its query, in which some keep a secret.
  const data = { name: wanted.name, host: new URL(wanted.url).host, types: [...wanted.types] }
  await record(tx, { type: 'webhook.created', id, organizationId, data }, context)
  return { outcome: 'created', endpoint, secret: secretText(chosen), secretId: sealed.secretId }
}
