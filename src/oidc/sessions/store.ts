/** The rows that end with a person's access. */
import type { Tx } from '../../platform/database.ts'

export async function deleteSessionsOf(tx: Tx, userId: string): Promise<{ id: string; uid: string }[]> {
  // deleteMany returns no rows, and which sessions ended has to be told.
  return tx.$queryRaw`DELETE FROM sessions WHERE user_id = ${userId} RETURNING id, uid`
}

/** Families that offline access lets outlive a session end only where asked for. */
export async function revokeFamiliesOfUser(
  tx: Tx,
  userId: string,
  { at, alsoOffline }: { at: Date; alsoOffline: boolean },
): Promise<{ id: string; clientId: string }[]> {
  return tx.tokenFamily.updateManyAndReturn({
    where: { userId, revokedAt: null, ...(alsoOffline ? {} : { persistsLogout: false }) },
    data: { revokedAt: at },
    select: { id: true, clientId: true },
  })
}
