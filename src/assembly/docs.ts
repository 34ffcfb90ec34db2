/** What the documentation tells of the server that it stands on. */
import { findNewestKey } from '../api-keys/newest/store.ts'
import type { Config } from '../config.ts'
import type { ApiRoute } from '../http/api/route.ts'
import { listTiers } from '../limits/store.ts'
import type { PageRoute } from '../http/pages.ts'
import type { ProblemLinks } from '../http/problem.ts'
import { docsRoutes } from '../pages/docs/routes.ts'
import type { Clock } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import type { Catalogue } from '../resources/catalogue.ts'
import { apiDescription } from './api-description.ts'

/** Those that everybody may know; others are named after customers. */
const publicTiers = ['free', 'pro', 'enterprise']

export function docsOf(parts: {
  config: Pick<Config, 'publicUrl' | 'apiUrl' | 'apiKeys'>
  db: Db
  clock: Clock
  links: ProblemLinks & { readonly apiUrl: string }
  platform: { readonly name: string; readonly supportEmail: string }
  settings: { current(): unknown }
  catalogue: Pick<Catalogue, 'all'>
  routes: readonly ApiRoute[]
}): PageRoute[] {
  const { config, db, clock, links, platform, settings, catalogue, routes } = parts
  let described = { of: null as unknown, description: Promise.resolve<object>({}) }
  return docsRoutes({
    at: links,
    platform,
    keyPrefix: config.apiKeys.prefix,
    resources: catalogue.all,
    async tiers() {
      const tiers = await listTiers(db)
      return publicTiers.flatMap((name) => {
        const tier = tiers.find((one) => one.name === name)
        if (!tier) return []
        const hour = tier.hour === 'unlimited' ? null : tier.hour
        return [{ name, hour, burst: tier.burst.size, refillPerSecond: tier.burst.refill_per_second ?? null }]
      })
    },
    newestKey: (userId) => findNewestKey(db, userId, clock.now()),
    describe() {
      const of = settings.current()
      if (described.of !== of) described = { of, description: apiDescription({ config, platform, routes }) }
      return described.description
    },
  })
}
