/** Changes what is said of an organization: its name, its tier, the platform's own id for it, and what is kept beside it. */
import { isDeepStrictEqual } from 'node:util'
import { record, type AuditContext } from '../audit/record.ts'
import { notify } from '../platform/changes.ts'
import type { Db, Tx } from '../platform/database.ts'
import type { Organization } from './organization.ts'
import {
  holdTier,
  isExternalIdTaken,
  isSlugTaken,
  lockOrganization,
  updateOrganization,
  type OrganizationChange,
} from './store.ts'

export type ChangedOrganization =
  | { outcome: 'done'; organization: Organization; changed: readonly string[] }
  | { outcome: 'not_found' | 'external_id_taken' | 'slug_taken' | 'slug_of_personal' | 'unknown_tier' }

const wireNames = { name: 'name', externalId: 'external_id', slug: 'slug', tier: 'tier', metadata: 'metadata' } as const

/** Another tier or external id holds for every key of it within a second; what was spent of the limits stays spent. */
export async function changeOrganization(
  { db }: { db: Db },
  id: string,
  change: OrganizationChange,
  context: AuditContext,
): Promise<ChangedOrganization> {
  return db.$transaction((tx) => changeOrganizationWithin(tx, id, change, context))
}

/** The same within a transaction. */
export async function changeOrganizationWithin(
  tx: Tx,
  id: string,
  change: OrganizationChange,
  context: AuditContext,
): Promise<ChangedOrganization> {
  const current = await lockOrganization(tx, id)
  if (!current) return { outcome: 'not_found' }
  const { tier, externalId, slug } = change
  const fields = (Object.keys(wireNames) as (keyof typeof wireNames)[]).filter(
    (field) => change[field] !== undefined && !isDeepStrictEqual(change[field], current[field]),
  )
  if (tier !== undefined && !(await holdTier(tx, tier))) return { outcome: 'unknown_tier' }
  if (typeof externalId === 'string' && (await isExternalIdTaken(tx, externalId, id))) {
    return { outcome: 'external_id_taken' }
  }
  if (typeof slug === 'string') {
    if (current.personalUserId !== null) return { outcome: 'slug_of_personal' }
    if (await isSlugTaken(tx, slug, id)) return { outcome: 'slug_taken' }
  }
  const changed = fields.map((field) => wireNames[field])
  if (changed.length === 0) return { outcome: 'done', organization: current, changed }
  const organization = await updateOrganization(tx, id, change, context.clock.now())
  await record(tx, { type: 'organization.updated', id, organizationId: id, data: { changed } }, context)
  await notify(tx, { kind: 'organization', id })
  return { outcome: 'done', organization, changed }
}
