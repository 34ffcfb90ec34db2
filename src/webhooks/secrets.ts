/** The secrets of an endpoint: sealed, since they sign. The new one and, while it is exchanged, the old one. */
import { randomBytes } from 'node:crypto'
import { newId } from '../platform/ids.ts'
import type { Secrets } from '../platform/secrets.ts'
import { SECRET_BYTES } from './signature.ts'
import type { SealedSecrets } from './store.ts'

const bindingOf = (row: string) => ({ table: 'webhook_endpoints', column: 'secret', row })

/** As a row holds one. */
export interface SealedSecret {
  secretId: string
  secretSealed: Buffer<ArrayBuffer>
}

export function sealSecret(secrets: Secrets, endpointId: string, secret: Buffer): SealedSecret {
  return { secretId: newId('sec'), secretSealed: secrets.seal(secret, bindingOf(endpointId)) }
}

export const drawSecret = (): Buffer => randomBytes(SECRET_BYTES)

/** Those that sign at this time, the newest first. */
export function openSecrets(
  secrets: Secrets,
  endpointId: string,
  { secretSealed, oldSecretSealed, oldSecretEndsAt }: SealedSecrets,
  now: Date,
): Buffer[] {
  const isOldLive = oldSecretSealed !== null && oldSecretEndsAt !== null && oldSecretEndsAt > now
  const sealed = isOldLive ? [secretSealed, oldSecretSealed] : [secretSealed]
  return sealed.map((one) => secrets.open(one, bindingOf(endpointId)))
}
