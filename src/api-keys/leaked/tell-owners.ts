/** Writes to whoever keys act for that their secrets lie about: once for each secret, however often it is found. */
import { negotiateLocale } from '../../http/messages.ts'
import type { Tx } from '../../platform/database.ts'
import type { SendMail } from '../../users/services.ts'
import { listAddressees } from './store.ts'

export interface FreshLeak {
  keyId: string
  hint: string
  /** Where it was found first; empty: that wasn't said. */
  place: string
  outcome: 'revoked' | 'grace' | 'dead'
}

/** Reads in the transaction whom to tell, and tells them when the returned function is called, after the commit. */
export async function leaksTold(
  tx: Tx,
  { sendMail }: { sendMail: SendMail },
  leaks: readonly FreshLeak[],
  at: Date,
): Promise<() => void> {
  const addressees = await listAddressees(tx, [...new Set(leaks.map(({ keyId }) => keyId))])
  const byKey = Map.groupBy(addressees, ({ keyId }) => keyId)
  return () => {
    for (const { keyId, ...leak } of leaks) {
      for (const { email, locale, name } of byKey.get(keyId) ?? []) {
        sendMail('key-leaked', email, { ...leak, name, at }, negotiateLocale({ uiLocales: locale ?? undefined }))
      }
    }
  }
}
