/** The table of routes for who only looks at it: what their work would need is not there, and nothing may be run. */
import { apiRoutes } from '../../assembly/api-routes.ts'
import { readConfig } from '../../config.ts'
import type { ApiRoute } from '../../http/api/route.ts'

/** Answers whatever is looked for in it, and whatever it is called with, with itself. */
const nothing: unknown = new Proxy(() => nothing, { get: () => nothing, apply: () => nothing })

export function routeTable(): readonly ApiRoute[] {
  const config = readConfig({ SECRET_KEY: 'only-to-look-at-what-there-is-0123456789' })
  const options = new Proxy({}, { get: (_, name) => (name === 'config' ? config : nothing) })
  return apiRoutes(options as Parameters<typeof apiRoutes>[0])
}
