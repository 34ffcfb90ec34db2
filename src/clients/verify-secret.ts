/** Whether a presented secret is one of a client's live ones. */
import { timingSafeEqual } from 'node:crypto'
import type { Clock } from '../platform/clock.ts'
import type { Secrets } from '../platform/secrets.ts'
import type { Client } from './client.ts'

/**
 * Of those that only another system's hash is known of, `imported-secrets.ts` says more: here they match nothing.
 *
 * Every live secret is compared under every configured key, also after one has matched: the time tells nothing of which
 * it was. Digests of what was presented are compared, so no placeholder and no stored value passes.
 */
export function verifySecret(
  client: Pick<Client, 'secrets'>,
  presented: string,
  { secrets, clock }: { secrets: Secrets; clock: Clock },
): boolean {
  const now = clock.now()
  const candidates = secrets.digests('client_secret', presented)
  let matches = 0
  for (const { digest, importedHash, expiresAt } of client.secrets) {
    const live = importedHash === null && (expiresAt === null || expiresAt > now)
    for (const candidate of candidates) {
      if (timingSafeEqual(candidate, digest) && live) matches++
    }
  }
  return matches > 0
}
