/** When scopes of a key were needed last. Usage writes it, with everything else that it gathers. */
import type { Db } from '../../platform/database.ts'

/** By scope: the beginning of the day, in UTC. */
export async function listScopeUses(db: Db, apiKeyId: string): Promise<ReadonlyMap<string, Date>> {
  const rows = await db.scopeUse.findMany({ where: { apiKeyId } })
  return new Map(rows.map(({ scope, lastNeededOn }) => [scope, lastNeededOn]))
}

/** Since when that is written down at all. */
export async function getScopeUsesSince(db: Db): Promise<Date> {
  return (await db.installation.findUniqueOrThrow({ where: { id: 1 } })).scopeUsesSince
}
