/** The newest key that acts for a person, as far as it may be shown again. */
import type { Db } from '../../platform/database.ts'

/** Null: none of this person's works now. */
export async function findNewestKey(
  db: Db,
  userId: string,
  now: Date,
): Promise<{ environment: string; hint: string } | null> {
  const key = await db.apiKey.findFirst({
    where: {
      userId,
      revokedAt: null,
      disabledAt: null,
      // One that was brought along looks as it did elsewhere.
      secrets: { some: { supersededAt: null, importedAs: null } },
      OR: [{ expiresAt: null }, { expiresAt: { gt: now } }],
    },
    orderBy: { createdAt: 'desc' },
    select: { environment: true, secrets: { where: { supersededAt: null }, select: { hint: true } } },
  })
  const hint = key?.secrets[0]?.hint
  return key && hint !== undefined ? { environment: key.environment, hint } : null
}
