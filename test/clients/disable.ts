/** Stops a client, or lets it work again, as the API does, without its caller. */
import type { AuditContext } from '../../src/audit/record.ts'
import { switchClient } from '../../src/clients/disable.ts'
import { lockClient } from '../../src/clients/store.ts'
import type { Clock } from '../../src/platform/clock.ts'
import type { Db } from '../../src/platform/database.ts'

export function disableClient(
  { db, clock }: { db: Db; clock: Clock },
  clientId: string,
  context: AuditContext,
): Promise<'done' | 'already' | 'not_found'> {
  return switched(db, clientId, clock.now(), context)
}

export function enableClient({ db }: { db: Db }, clientId: string, context: AuditContext) {
  return switched(db, clientId, null, context)
}

function switched(db: Db, clientId: string, disabledAt: Date | null, context: AuditContext) {
  return db.$transaction(async (tx) => {
    const client = await lockClient(tx, clientId)
    return client ? switchClient(tx, client, disabledAt, context) : ('not_found' as const)
  })
}
