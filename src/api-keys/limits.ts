/** How many keys an organization may have, and make in an hour. Whoever asks holds the organization's row, so that no two count alike. */
import { Problem } from '../http/problem.ts'
import { hour, type Clock } from '../platform/clock.ts'
import type { Tx } from '../platform/database.ts'
import type { Reach } from '../http/api/principal.ts'
import type { KeySettings } from './services.ts'
import { countLiveKeys, findCreationTime } from './store.ts'

/** @throws {Problem} `key_limit_reached` */
export async function demandRoom(
  tx: Tx,
  { clock, settings }: { clock: Clock; settings: KeySettings },
  organizationId: string,
): Promise<void> {
  const { maxPerOrganization } = settings
  if ((await countLiveKeys(tx, organizationId, clock.now())) < maxPerOrganization) return
  throw new Problem('key_limit_reached', {
    detail: `An organization has at most ${maxPerOrganization} live keys. Revoke one that is not needed any more.`,
  })
}

/**
 * An administrator moves thousands of customers at once, and isn't held up.
 * @throws {Problem} `too_many_requests`, with the time until the next may be made
 */
export async function demandPace(
  tx: Tx,
  { clock, settings }: { clock: Clock; settings: KeySettings },
  organizationId: string,
  reach: Reach,
): Promise<void> {
  if (reach === 'everything') return
  const { maxCreationsPerHour } = settings
  const since = await findCreationTime(tx, organizationId, maxCreationsPerHour)
  const waitMs = since ? since.getTime() + hour * 1000 - clock.now().getTime() : 0
  if (waitMs <= 0) return
  throw new Problem('too_many_requests', {
    detail: `An organization makes at most ${maxCreationsPerHour} keys an hour.`,
    retryAfterSeconds: Math.ceil(waitMs / 1000),
  })
}
