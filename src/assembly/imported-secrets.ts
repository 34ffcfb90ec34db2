/** Secrets of clients that were brought along, with the pace at which a network may try those in vain. */
import { createFailures, slowHashes } from '../check/failures.ts'
import { createImportedSecrets, type ImportedSecrets } from '../clients/imported-secrets.ts'
import type { Clock } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import type { Secrets } from '../platform/secrets.ts'

export function importedClientSecrets(services: { db: Db; secrets: Secrets; clock: Clock }): ImportedSecrets {
  return createImportedSecrets({ ...services, attempts: createFailures(() => performance.now(), slowHashes) })
}
