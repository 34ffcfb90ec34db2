/** The hash of a password that was brought along, with the key of its Firebase project if it is one of those. */
import type { Db, Tx } from '../../platform/database.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { readSlowHash } from '../../platform/slow-hash/read.ts'
import type { ImportedPassword } from '../passwords.ts'
import { openFirebaseKey } from './firebase-key.ts'
import { findHashKey } from './store.ts'

/** Null for what no password gives: the notation is none, or its key has gone. */
export async function findImportedPassword(
  { db, secrets }: { db: Db | Tx; secrets: Pick<Secrets, 'open'> },
  text: string,
): Promise<ImportedPassword | null> {
  const hash = readSlowHash(text)
  if (hash?.algorithm !== 'firebase-scrypt') return hash && { hash, firebase: null }
  const key = await findHashKey(db, hash.keyId)
  return key && { hash, firebase: openFirebaseKey(secrets, key) }
}
