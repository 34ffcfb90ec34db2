/** The description of the API without a server behind it: routes are data until they are called. */
import { apiDescription } from '../../src/assembly/api-description.ts'
import { apiRoutes } from '../../src/assembly/api-routes.ts'
import { readConfig } from '../../src/config.ts'
import { livePlatform } from '../../src/settings/live.ts'
import type { JsonObject } from '../../src/http/api/openapi/json-schema.ts'

type Needed = Parameters<typeof apiRoutes>[0]

/** Database, mail and the like: they may be passed on, and not be used. */
const nothing: unknown = new Proxy(() => undefined, {
  get: () => nothing,
  apply() {
    throw new Error('there is nothing behind the table of routes here')
  },
})

const config = readConfig({
  PUBLIC_URL: 'https://auth.keygrant.invalid',
  API_URL: 'https://api.keygrant.invalid',
  PLATFORM_NAME: 'Example',
  SUPPORT_EMAIL: 'support@example.com',
  DATABASE_URL: 'postgresql://nowhere.invalid/keygrant',
  SECRET_KEY: 'keeps-nothing-0123456789-abcdefghijklmnopqrstuvw',
})

export function describeAlone(): Promise<JsonObject> {
  const given = config.settings
  const current = () => ({ ...given.defaults, ...given.fixed })
  const platform = livePlatform({ current })
  const real = { config, settings: { given, current } }
  const needed = new Proxy(real as unknown as Needed, { get: (target, name) => Reflect.get(target, name) ?? nothing })
  return apiDescription({ config, platform, routes: apiRoutes(needed) })
}
