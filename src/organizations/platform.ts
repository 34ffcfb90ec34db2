/** The platform's own organization, which the first start makes: what acts for the platform itself belongs to it. */
import type { AuditContext } from '../audit/record.ts'
import type { Tx } from '../platform/database.ts'
import { createOrganization } from './create.ts'

/** Its id. */
export async function createPlatformOrganization(
  tx: Tx,
  { name }: { name: string },
  context: AuditContext,
): Promise<string> {
  const created = await createOrganization(tx, { name }, context)
  if (created.outcome !== 'created') throw new Error(`the platform's organization: ${created.outcome}`)
  return created.organization.id
}
