/** The rows of the keys that somebody or something owns. */
import type { Tx } from '../../platform/database.ts'

/** Of an organization all of them, or those that act for a person or a service account. */
export interface Owned {
  organizationId: string
  userId?: string
  serviceAccountId?: string
}

export interface RevokedKey {
  id: string
  name: string
  /** The one that no newer one has replaced. */
  current: { id: string; hint: string } | undefined
}

/** Those that weren't revoked before. */
export async function revokeKeysOf(tx: Tx, owned: Owned, at: Date): Promise<RevokedKey[]> {
  const keys = await tx.apiKey.updateManyAndReturn({
    where: { ...owned, revokedAt: null },
    data: { revokedAt: at, updatedAt: at },
    select: { id: true, name: true },
  })
  const secrets = await tx.apiKeySecret.findMany({
    where: { apiKeyId: { in: keys.map(({ id }) => id) }, supersededAt: null },
    select: { id: true, hint: true, apiKeyId: true },
  })
  const current = new Map(secrets.map((secret) => [secret.apiKeyId, secret]))
  return keys.map((key) => ({ ...key, current: current.get(key.id) }))
}
