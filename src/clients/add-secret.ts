/** Gives a client one more secret, beside those that it has: for several deployments, each with its own end. */
import { record, type AuditContext } from '../audit/record.ts'
import { notify } from '../platform/changes.ts'
import { secondsFrom, type Clock } from '../platform/clock.ts'
import type { Tx } from '../platform/database.ts'
import type { Secrets } from '../platform/secrets.ts'
import { usesSecret, type Client, type ClientSecret } from './client.ts'
import { drawClientSecret } from './issue-secret.ts'
import { insertSecret } from './store.ts'

/** Each is compared whenever the client proves itself. */
export const MOST_SECRETS = 10

export type SecretAdded =
  | { outcome: 'added'; secret: string; resting: ClientSecret }
  /** It proves itself with a key of its own, or not at all. */
  | { outcome: 'no_secret' }
  | { outcome: 'too_many' }

/** To a client that is locked. @param expiresInSeconds null: until it is deleted or rotated */
export async function addClientSecret(
  tx: Tx,
  { secrets, clock }: { secrets: Secrets; clock: Clock },
  client: Client,
  expiresInSeconds: number | null,
  context: AuditContext,
): Promise<SecretAdded> {
  if (!usesSecret(client)) return { outcome: 'no_secret' }
  if (liveSecrets(client, clock).length >= MOST_SECRETS) return { outcome: 'too_many' }
  const { secret, resting: drawn } = drawClientSecret({ secrets, clock })
  const expiresAt = expiresInSeconds === null ? null : secondsFrom(clock, expiresInSeconds)
  const resting = { ...drawn, expiresAt }
  const { id, organizationId } = client
  await insertSecret(tx, id, resting)
  const data = { secret_id: resting.id, hint: resting.hint, expires_at: expiresAt?.toISOString() ?? null }
  await record(tx, { type: 'client.secret_created', id, organizationId, data }, context)
  // Nodes hold a client with its secrets: one that doesn't know of this would refuse it.
  await notify(tx, { kind: 'client', id })
  return { outcome: 'added', secret, resting }
}

/** Those whose end hasn't come. */
export function liveSecrets(client: Pick<Client, 'secrets'>, clock: Clock): ClientSecret[] {
  const now = clock.now()
  return client.secrets.filter(({ expiresAt }) => expiresAt === null || expiresAt > now)
}
