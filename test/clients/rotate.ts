/** Rotates a client's secret as the API does, without its caller. */
import { systemContext } from '../../src/audit/record.ts'
import { DEFAULT_GRACE_SECONDS, rotateClientSecret, type SecretRotation } from '../../src/clients/rotate-secret.ts'
import { lockClient } from '../../src/clients/store.ts'
import type { Clock } from '../../src/platform/clock.ts'
import type { Db } from '../../src/platform/database.ts'
import type { Secrets } from '../../src/platform/secrets.ts'

export function rotateSecret(
  services: { db: Db; secrets: Secrets; clock: Clock },
  clientId: string,
  graceSeconds = DEFAULT_GRACE_SECONDS,
): Promise<SecretRotation> {
  return services.db.$transaction(async (tx) => {
    const client = await lockClient(tx, clientId)
    if (!client) throw new Error(`there is no client ${clientId}`)
    return rotateClientSecret(tx, services, client, graceSeconds, systemContext(services.clock))
  })
}
