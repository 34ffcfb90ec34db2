/** A key as somebody sees it: what is not theirs is answered like what isn't there. */
import { Problem } from '../http/problem.ts'
import type { Db, Tx } from '../platform/database.ts'
import type { ApiKey } from './api-key.ts'
import { maySee, type Asker } from './asker.ts'
import { findApiKey, lockApiKey } from './store.ts'

/** @throws {Problem} `not_found` */
export async function getApiKey(db: Db | Tx, asker: Asker, id: string, now: Date): Promise<ApiKey> {
  return visible(asker, await findApiKey(db, id, now))
}

/**
 * To change it: whoever sees a key may, and nobody else does meanwhile.
 * @throws {Problem} `not_found`
 */
export async function getApiKeyLocked(tx: Tx, asker: Asker, id: string, now: Date): Promise<ApiKey> {
  return visible(asker, await lockApiKey(tx, id, now))
}

function visible(asker: Asker, key: ApiKey | null): ApiKey {
  if (key && maySee(asker, key)) return key
  throw new Problem('not_found', { detail: 'There is no such API key.' })
}
