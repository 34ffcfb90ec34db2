/**
 * Has a mail sent that follows from a change, in the change's transaction: it goes out when that commits, whatever becomes of
 * this process. It holds no secret: a link that is worth something is in no table, and is mailed at once or asked for again.
 */
import type { Clock } from '../../platform/clock.ts'
import type { Tx } from '../../platform/database.ts'
import { randomBase62 } from '../../platform/random.ts'
import { LIFE_SECONDS, type AloneKind } from './kinds.ts'
import type { MailData } from './models.ts'
import { queueAlone } from './store.ts'

export interface AloneMail<K extends AloneKind> {
  userId: string
  /** Another than the person's own. */
  address?: string
  model: MailData[K]
}

export type QueueMail = <K extends AloneKind>(tx: Tx, mail: K, told: readonly AloneMail<K>[]) => Promise<void>

export function createQueueMail(clock: Clock): QueueMail {
  return async (tx, kind, told) => {
    const now = clock.now()
    const rows = told.map(({ userId, address = null, model }) => ({
      user_id: userId,
      address,
      about: `${kind} ${randomBase62(20)}`,
      data: { ...model },
    }))
    const diesAt = new Date(now.getTime() + LIFE_SECONDS * 1000)
    if (rows.length > 0) await queueAlone(tx, rows, { kind, now, diesAt })
  }
}
