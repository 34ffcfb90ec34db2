/** Opens everything that a check needs: tiers, limits, usage, policies, and connections for look-ups. */
import { systemContext } from '../audit/record.ts'
import { exposeApiKey } from '../api-keys/expose.ts'
import { createFormatDirectory } from '../api-keys/import/format-directory.ts'
import { findApiKey } from '../api-keys/store.ts'
import { createGate, type Gate } from '../check/gate.ts'
import { createPolicies } from '../check/policies/directory.ts'
import { openFeed } from '../check/revocations/feed.ts'
import type { Config } from '../config.ts'
import type { ProblemLinks } from '../http/problem.ts'
import type { Limiter } from '../limits/limits.ts'
import { createLookAt, type LookAt } from '../limits/look-at.ts'
import { createMemoryLimiter } from '../limits/memory-limiter.ts'
import { metersOf } from '../limits/meters.ts'
import { createRedisLimiter, type RedisLimiter } from '../limits/redis-limiter.ts'
import { createTiers } from '../limits/tiers.ts'
import { createLimitWatch, type LimitWatch } from '../notices/near-limits/watch.ts'
import type { PublicJwks } from '../oidc/verify-access-token.ts'
import type { Changes } from '../platform/changes.ts'
import type { Clock } from '../platform/clock.ts'
import type { Database } from '../platform/database.ts'
import type { Log } from '../platform/log.ts'
import { openLookUps } from '../platform/look-ups.ts'
import type { Secrets } from '../platform/secrets.ts'
import type { Catalogue } from '../resources/catalogue.ts'
import { createUsageRecorder } from '../usage/recorder.ts'
import type { UsageRecorder } from '../usage/usage.ts'

export interface Checks extends AsyncDisposable {
  gate: Gate
  usage: UsageRecorder
  /** Null where limits are counted in this process. */
  sharedLimits: RedisLimiter | null
  limitWatch: LimitWatch
  /** What a credential may still spend. */
  lookAt: LookAt
}

export async function openChecks(options: {
  config: Config
  database: Database
  /** The primary itself, without a pooler in between. */
  directUrl: string
  onStatement: ((text: string) => void) | undefined
  changes: Changes
  clock: Clock
  secrets: Secrets
  log: Log
  catalogue: Catalogue
  publicJwks: () => PublicJwks
  links: ProblemLinks
  apiResource: string
}): Promise<Checks> {
  const { config, database, directUrl, onStatement, changes, clock, secrets, log } = options
  const { catalogue, publicJwks, links, apiResource } = options
  const { pool, prisma: db } = database
  await using opening = new AsyncDisposableStack()
  const tiers = opening.use(await createTiers({ db, changes, log }))
  const now = () => clock.now().getTime()
  const sharedLimits = config.redisUrl === null ? null : await createRedisLimiter({ url: config.redisUrl, log, now })
  const limiter: Limiter = opening.use(sharedLimits ?? createMemoryLimiter({ now }))
  // Closed first, so that what was counted last is written.
  const usage = opening.use(createUsageRecorder({ pool, clock, log, counters: () => limiter.takeChanged() }))
  const limitWatch = createLimitWatch(clock)
  const gate = createGate({
    lookUps: opening.use(openLookUps({ url: directUrl, log, ...(onStatement ? { onStatement } : {}) })),
    secrets,
    clock,
    changes,
    log,
    catalogue,
    tiers,
    limiter,
    metersOf,
    policies: opening.use(await createPolicies({ db, changes, log })),
    feed: opening.use(await openFeed({ pool, changes, clock, log })),
    usage,
    limitWatch,
    publicJwks,
    foreignFormats: opening.use(await createFormatDirectory({ db, secrets, changes, log })),
    keyPrefix: config.apiKeys.prefix,
    links,
    apiResource,
    defaultResource: config.check.defaultResource,
    trustedProxies: config.trustedProxies,
    expose: (keyId, { address }) =>
      exposeApiKey(db, { keyId, reason: 'unencrypted' }, { ...systemContext(clock), address }),
    metadataOf: async (keyId) => (await findApiKey(db, keyId, clock.now()))?.metadata ?? {},
  })
  const open = opening.move()
  const lookAt = createLookAt({ db, tiers, limiter })
  return { gate, usage, sharedLimits, limitWatch, lookAt, [Symbol.asyncDispose]: () => open.disposeAsync() }
}
