/** A new client secret: what the client is given once, and what rests of it. */
import type { Clock } from '../platform/clock.ts'
import { newId } from '../platform/ids.ts'
import { randomSecret } from '../platform/random.ts'
import type { Secrets } from '../platform/secrets.ts'
import type { ClientSecret } from './client.ts'

/** Tells secret scanners and people what they have found. */
const PREFIX = 'kgcs_'

/** To tell secrets apart. */
export function hintOfSecret(secret: string): string {
  return secret.slice(-4)
}

/** `secret` is the prefix and 256 random bits in 43 characters of base64url; it is kept nowhere. */
export function drawClientSecret(options: { secrets: Secrets; clock: Clock }): {
  secret: string
  resting: ClientSecret
} {
  const { secrets, clock } = options
  const secret = `${PREFIX}${randomSecret(32)}`
  return {
    secret,
    resting: {
      id: newId('sec', clock),
      digest: secrets.digest('client_secret', secret),
      importedHash: null,
      hint: hintOfSecret(secret),
      createdAt: clock.now(),
      expiresAt: null,
    },
  }
}
