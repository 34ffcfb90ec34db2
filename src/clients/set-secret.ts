/** Gives a client the secret that its administrator chose, in a file, say: the same one again changes nothing. */
import { z } from 'zod'
import { record, type AuditContext } from '../audit/record.ts'
import { notify } from '../platform/changes.ts'
import { secondsFrom, type Clock } from '../platform/clock.ts'
import type { Tx } from '../platform/database.ts'
import { newId } from '../platform/ids.ts'
import type { Secrets } from '../platform/secrets.ts'
import { liveSecrets, MOST_SECRETS } from './add-secret.ts'
import type { Client, ClientSecret } from './client.ts'
import { hintOfSecret } from './issue-secret.ts'
import { DEFAULT_GRACE_SECONDS } from './rotate-secret.ts'
import { deleteSecrets, findSecretOwner, insertSecret, setSecretEnd } from './store.ts'

const LEAST_LENGTH = 32

/** It rests as a keyed hash without salt, which is enough for what was drawn at random, and for nothing that a person made up. */
export const chosenSecret = z
  .string()
  .regex(/^[\x21-\x7e]*$/, { error: 'must be visible ASCII without spaces' })
  .min(LEAST_LENGTH, { error: `must have at least ${LEAST_LENGTH} characters, drawn at random: openssl rand -hex 32` })
  .max(200, { error: 'must have at most 200 characters' })
  .refine((secret) => new Set(secret).size >= 10, { error: 'must be drawn at random: openssl rand -hex 32' })

/** Whether setting it would change nothing. */
export function hasAsItsSecret(services: Services, client: Pick<Client, 'secrets'>, secret: string): boolean {
  const { known, outlasting } = compared(services, client, secret)
  return known?.expiresAt === null && outlasting.length === 0
}

interface Services {
  secrets: Secrets
  clock: Clock
}

function compared({ secrets, clock }: Services, client: Pick<Client, 'secrets'>, secret: string) {
  const digests = secrets.digests('client_secret', secret)
  const isThis = ({ digest }: ClientSecret) => digests.some((one) => one.equals(digest))
  const others = liveSecrets(client, clock).filter((one) => !isThis(one))
  const graceEnds = secondsFrom(clock, DEFAULT_GRACE_SECONDS)
  const outlasting = others.filter(({ expiresAt }) => expiresAt === null || expiresAt > graceEnds)
  return { known: client.secrets.find(isThis), digests, others, outlasting, graceEnds }
}

/** `set`: it had none that was live. `changed`: those that it had work for another day, as after a rotation. */
export type SecretSet = 'unchanged' | 'set' | 'changed' | 'taken'

/**
 * Of a client that is locked and uses a secret. Afterwards this one is live without an end, and every other one has an end
 * within a day. `taken`: it is another client's, and whoever knows one would know both.
 */
export async function setClientSecret(
  tx: Tx,
  { secrets, clock }: Services,
  client: Pick<Client, 'id' | 'organizationId' | 'secrets'>,
  secret: string,
  context: AuditContext,
): Promise<SecretSet> {
  const { known, digests, others, outlasting, graceEnds } = compared({ secrets, clock }, client, secret)
  if (known?.expiresAt === null && outlasting.length === 0) return 'unchanged'
  const owner = known ? client.id : await findSecretOwner(tx, digests)
  if (owner !== null && owner !== client.id) return 'taken'

  for (const { id } of outlasting) await setSecretEnd(tx, id, graceEnds)
  await deleteSecrets(
    tx,
    others.slice(MOST_SECRETS - 1).map(({ id }) => id),
  )
  const { id, hint } = known ?? (await rest())
  if (known && known.expiresAt !== null) await setSecretEnd(tx, id, null)
  const { id: clientId, organizationId } = client
  const about = { id: clientId, organizationId }
  const data = { secret_id: id, hint }
  if (others.length === 0) {
    await record(tx, { type: 'client.secret_created', ...about, data: { ...data, expires_at: null } }, context)
  } else {
    const ended = { ...data, old_secrets_end_at: graceEnds.toISOString() }
    await record(tx, { type: 'client.secret_rotated', ...about, data: ended }, context)
  }
  await notify(tx, { kind: 'client', id: clientId })
  return others.length === 0 && !known ? 'set' : 'changed'

  async function rest(): Promise<ClientSecret> {
    const resting: ClientSecret = {
      id: newId('sec', clock),
      digest: secrets.digest('client_secret', secret),
      importedHash: null,
      hint: hintOfSecret(secret),
      createdAt: clock.now(),
      expiresAt: null,
    }
    await insertSecret(tx, client.id, resting)
    return resting
  }
}
