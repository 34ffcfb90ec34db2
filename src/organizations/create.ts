/** Makes an organization for a customer of the platform. */
import { record, type AuditContext } from '../audit/record.ts'
import type { Tx } from '../platform/database.ts'
import { newId } from '../platform/ids.ts'
import { DEFAULT_TIER, type Organization } from './organization.ts'
import { holdTier, insertOrganizationIfFree, isSlugTaken } from './store.ts'

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
  const id = newId('org', context.clock)
  const now = context.clock.now()
  const organization = await insertOrganizationIfFree(tx, {
    id,
    name,
    personalUserId: null,
    externalId,
    slug,
    tier,
    metadata,
    createdAt: now,
    updatedAt: now,
  })
  // Of several at once that take one external id, one gets it and the others are told.
  if (!organization) {
    return { outcome: slug !== null && (await isSlugTaken(tx, slug, null)) ? 'slug_taken' : 'external_id_taken' }
  }
  await record(tx, { type: 'organization.created', id, organizationId: id, data: { personal: false } }, context)
  return { outcome: 'created', organization }
}
