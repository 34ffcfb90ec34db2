/** Writes to whoever a key acts for that it has renewed itself: a stolen key would do that too. */
import type { Tx } from '../platform/database.ts'
import { currentSecret } from './api-key.ts'
import type { Rotated } from './rotate.ts'
import type { KeyServices } from './services.ts'
import { listKeyAddressees } from './store.ts'

/** In the transaction of the rotation. */
export async function tellOwner(
  tx: Tx,
  { queueMail }: Pick<KeyServices, 'queueMail'>,
  { key, oldSecretEndsAt }: Rotated,
  address: string,
): Promise<void> {
  const { hint, createdAt } = currentSecret(key)
  const model = { name: key.name, hint, at: createdAt, address, oldSecretEndsAt }
  const userIds = await listKeyAddressees(tx, key)
  await queueMail(
    tx,
    'key-rotated',
    userIds.map((userId) => ({ userId, model })),
  )
}
