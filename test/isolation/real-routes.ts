/** The table of routes that a server has, put together as the server does. */
import { apiRoutes } from '../../src/assembly/api-routes.ts'
import { leaksOf } from '../../src/assembly/leaks.ts'
import type { ApiRoute } from '../../src/http/api/route.ts'
import { createViews } from '../../src/http/views.ts'
import { endAccess } from '../../src/oidc/sessions/end-access.ts'
import { createUserServices } from '../../src/pages/accounts/user-services.ts'
import { openChanges } from '../../src/platform/changes.ts'
import { createLog } from '../../src/platform/log.ts'
import { createCatalogue } from '../../src/resources/catalogue.ts'
import { managementResource } from '../../src/resources/management.ts'
import { livePlatform } from '../../src/settings/live.ts'
import { createSettings } from '../../src/settings/settings.ts'
import type { TestServer } from '../support/server.ts'

export type RealRoute = Pick<ApiRoute, 'access' | 'creates' | 'needs'>

/** Those that are answered before the table is asked. */
const corridors: readonly [string, RealRoute][] = [
  ['GET /v1/check', { access: 'any-credential' }],
  ['POST /v1/keys/verify', { access: 'keys:verify' }],
  ['POST /v1/keys/verify-batch', { access: 'keys:verify' }],
  ['GET /v1/revocations', { access: 'keys:verify' }],
]

/** By `METHOD /path`. */
export async function realRoutes(server: TestServer): Promise<ReadonlyMap<string, RealRoute>> {
  const { config, db, pool, clock, secrets, url, running } = server
  const log = createLog('silent')
  await using changes = await openChanges({ url: config.database.url ?? '', log, clock })
  const builtIn = managementResource({ apiUrl: url, platform: { name: 'Platform' }, since: clock.now() })
  using catalogue = await createCatalogue({ db, changes, log, builtIn })
  const { mail, passwords } = running.inside
  using settings = await createSettings({ db, given: config.settings, changes, log })
  const platform = livePlatform(settings)
  const views = createViews({ platform, mode: config.mode })
  const given = { db, clock, secrets, passwords, endAccess, publicUrl: url, platform, views, mail }
  const users = createUserServices(given)
  const enqueue = () => Promise.resolve()
  const leaks = leaksOf({ config, db, secrets, clock, log, users })
  const lookAt = () => Promise.reject(new Error('nobody calls these'))
  const whole = { config, db, pool, clock, secrets, catalogue, builtIn, users, settings, leaks, enqueue, lookAt }
  const routes = apiRoutes(whole)
  return new Map([...corridors, ...routes.map((route) => [`${route.method} ${route.path}`, route] as const)])
}
