/** Sees to it that the demo's client and its API are there. Only in development: nothing of it reaches a production database. */
import { systemContext } from '../../audit/record.ts'
import { ensureClient } from '../../clients/ensure.ts'
import { checkRegistration } from '../../clients/metadata-rules.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db } from '../../platform/database.ts'
import type { Log } from '../../platform/log.ts'
import { applyResources } from '../../resources/apply.ts'
import { callbackPath, clientId, clientName, demoScope, notes, type Demo } from './demo.ts'

/**
 * The same however often, and however many starts come at once. Null, with a warning, where there can be no demo: the
 * server is worth starting without one.
 */
export async function ensureDemo(
  { db, clock, log }: { db: Db; clock: Clock; log: Log },
  issuer: string,
): Promise<Demo | null> {
  const redirectUri = issuer + callbackPath
  const checked = checkRegistration({
    client_name: clientName,
    redirect_uris: [redirectUri],
    // Public: a secret would have to be kept somewhere, and PKCE needs none.
    token_endpoint_auth_method: 'none',
    scope: demoScope,
  })
  if (!checked.ok) {
    log.warn({ faults: checked.faults }, 'there is no demo, since its client can not be registered')
    return null
  }
  const context = systemContext(clock)
  const { conflicts } = await db.$transaction(async (tx) => {
    const plan = await applyResources(tx, [notes], { prune: false, dryRun: false }, context)
    if (plan.conflicts.length === 0) {
      await ensureClient(tx, clientId, { ...checked.registration, name: clientName }, context)
    }
    return plan
  })
  if (conflicts.length > 0) {
    log.warn({ conflicts }, 'there is no demo, since its names are taken')
    return null
  }
  return { issuer, clientId, clientName, redirectUri }
}
