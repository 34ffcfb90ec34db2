/** Writes to whoever a key acts for that it has renewed itself: a stolen key would do that too. */
import { negotiateLocale } from '../http/messages.ts'
import type { Tx } from '../platform/database.ts'
import { currentSecret } from './api-key.ts'
import type { Rotated } from './rotate.ts'
import type { KeyServices } from './services.ts'
import { listKeyAddressees } from './store.ts'

/** Reads in the transaction whom to tell, and tells them when the returned function is called, after the commit. */
export async function ownerTold(
  tx: Tx,
  { sendMail }: Pick<KeyServices, 'sendMail'>,
  { key, oldSecretEndsAt }: Rotated,
  address: string,
): Promise<() => void> {
  const addressees = await listKeyAddressees(tx, key)
  const { hint, createdAt } = currentSecret(key)
  const model = { name: key.name, hint, at: createdAt, address, oldSecretEndsAt }
  return () => {
    for (const { email, locale } of addressees) {
      sendMail('key-rotated', email, model, negotiateLocale({ uiLocales: locale ?? undefined }))
    }
  }
}
