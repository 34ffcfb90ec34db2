/** Makes an organization for a customer of the platform. */
import { record, type AuditContext } from '../audit/record.ts'
import type { Tx } from '../platform/database.ts'
import { newId } from '../platform/ids.ts'
import { DEFAULT_TIER, type Organization } from './organization.ts'
import { holdTier, insertOrganization, isExternalIdTaken, isSlugTaken } from './store.ts'

export interface NewCustomer {
  name: string
  externalId?: string | null | undefined
  slug?: string | null | undefined
  tier?: string | undefined
  metadata?: Readonly<Record<string, unknown>> | undefined
}

export type CreatedOrganization =
  { outcome: 'created'; organization: Organization } | { outcome: 'external_id_taken' | 'slug_taken' | 'unknown_tier' }

/** Without members: they come by `addMember`, or by invitation. */
export async function createOrganization(
  tx: Tx,
  { name, externalId = null, slug = null, tier = DEFAULT_TIER, metadata = {} }: NewCustomer,
  context: AuditContext,
): Promise<CreatedOrganization> {
  if (!(await holdTier(tx, tier))) return { outcome: 'unknown_tier' }
  if (externalId !== null && (await isExternalIdTaken(tx, externalId, null))) return { outcome: 'external_id_taken' }
  if (slug !== null && (await isSlugTaken(tx, slug, null))) return { outcome: 'slug_taken' }
  const id = newId('org', context.clock)
  const organization = await insertOrganization(tx, {
    id,
    name,
    personalUserId: null,
    externalId,
    slug,
    tier,
    metadata,
    createdAt: context.clock.now(),
  })
  await record(tx, { type: 'organization.created', id, organizationId: id, data: { personal: false } }, context)
  return { outcome: 'created', organization }
}
