/** Registers a client. */
import { record, type AuditContext } from '../audit/record.ts'
import type { Clock } from '../platform/clock.ts'
import type { Tx } from '../platform/database.ts'
import { newId } from '../platform/ids.ts'
import type { Secrets } from '../platform/secrets.ts'
import { usesSecret, type Client } from './client.ts'
import { drawClientSecret } from './issue-secret.ts'
import type { Registration } from './metadata-rules.ts'
import { insertClient, insertSecret, type NewClient } from './store.ts'

/** `secret` is shown in this answer only; null for a client that proves itself otherwise or not at all, and where none was drawn. */
export interface RegisteredClient {
  client: Client
  secret: string | null
}

/**
 * `registration` comes from `checkRegistration`. Its organization, if it has one, must exist, and its slug be free.
 * @param draws a secret, if it uses one: not where it is to get one of its administrator's, or of another system's
 */
export async function registerClient(
  tx: Tx,
  { secrets, clock }: { secrets: Secrets; clock: Clock },
  registration: Registration,
  origin: Client['origin'],
  context: AuditContext,
  draws = true,
): Promise<RegisteredClient> {
  const id = newId('cli', clock)
  const now = clock.now()
  const client: NewClient = { ...registration, id, name: registration.name ?? id, origin, createdAt: now }
  const drawn = draws && usesSecret(client) ? drawClientSecret({ secrets, clock }) : null

  await insertClient(tx, client)
  if (drawn) await insertSecret(tx, id, drawn.resting)
  const { organizationId } = client
  const data = { name: client.name, redirect_uris: client.redirectUris }
  await record(tx, { type: 'client.created', id, organizationId, data }, context)
  const resting = drawn ? [drawn.resting] : []
  return { client: { ...client, updatedAt: now, disabledAt: null, secrets: resting }, secret: drawn?.secret ?? null }
}
