/** A new secret of a key: what its holder is given once, and what rests of it. */
import type { Clock } from '../platform/clock.ts'
import { newId } from '../platform/ids.ts'
import type { Secrets } from '../platform/secrets.ts'
import { drawApiKey, hintOf, type Environment } from './format.ts'
import type { RestingSecret } from './store.ts'

export interface DrawnSecret {
  /** The whole key. It is kept nowhere. */
  secret: string
  resting: RestingSecret & { expiresAt: Date }
}

export function drawSecret(
  services: { secrets: Secrets; clock: Clock; prefix: string },
  environment: Environment,
  lifetimeSeconds: number,
): DrawnSecret {
  return restingSecret(services, drawApiKey(services.prefix, environment), lifetimeSeconds)
}

/** Of a key that somebody else drew. */
export function restingSecret(
  { secrets, clock }: { secrets: Secrets; clock: Clock },
  secret: string,
  lifetimeSeconds: number,
): DrawnSecret {
  // One moment for both: a life is exactly as long as was asked for.
  const createdAt = clock.now()
  return {
    secret,
    resting: {
      id: newId('sec', clock),
      digest: secrets.digest('api_key', secret),
      hint: hintOf(secret),
      createdAt,
      expiresAt: new Date(createdAt.getTime() + lifetimeSeconds * 1000),
    },
  }
}
