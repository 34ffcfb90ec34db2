/**
 * Has a mail sent that follows from a change, in the change's transaction: it goes out when that commits, whatever becomes of
 * this process. It holds no secret: a link that is worth something is in no table, and is mailed at once or asked for again.
 */
import type { Clock } from '../../platform/clock.ts'
import type { Tx } from '../../platform/database.ts'
import { randomBase62 } from '../../platform/random.ts'
import { kinds, LIFE_SECONDS, type AloneKind } from './kinds.ts'
import type { MailData } from './models.ts'
import { queueForOne } from './store.ts'

export type QueueMail = <K extends AloneKind>(
  tx: Tx,
  mail: K,
  /** `address`: another than the person's own. */
  to: { userId: string; address?: string },
  data: MailData[K],
) => Promise<void>

export function createQueueMail(clock: Clock): QueueMail {
  return async (tx, kind, { userId, address = null }, data) => {
    const now = clock.now()
    await queueForOne(
      tx,
      { userId, address, kind, bundle: kinds[kind].bundle, about: `${kind} ${randomBase62(20)}`, data: { ...data } },
      { now, diesAt: new Date(now.getTime() + LIFE_SECONDS * 1000) },
    )
  }
}
