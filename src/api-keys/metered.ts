/** Whose calls a key's are, as far as limits go. */
import type { Metered } from '../limits/limits.ts'
import type { Db } from '../platform/database.ts'
import type { Asker } from './asker.ts'
import { getApiKey } from './get.ts'
import { getOrganizationTier } from './store.ts'

/** @throws {Problem} `not_found` */
export async function meteredApiKey(db: Db, asker: Asker, id: string, now: Date) {
  const key = await getApiKey(db, asker, id, now)
  const { organizationId, environment, tier, limits: overrides } = key
  return {
    kind: 'key',
    id,
    subject: key.owner.id,
    organizationId,
    environment,
    tier,
    organizationTier: await getOrganizationTier(db, organizationId),
    overrides,
  } as const satisfies Metered
}
