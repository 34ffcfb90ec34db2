/** What the description of the API is made of: the table of routes, what is answered before it, and examples of both. */
import { readFileSync } from 'node:fs'
import type { Middleware } from 'koa'
import compose from 'koa-compose'
import manifest from '../../package.json' with { type: 'json' }
import { corridorOperations } from '../check/operations.ts'
import type { Config } from '../config.ts'
import { apiCatalogPage } from '../http/api/openapi/catalog-page.ts'
import { describeApi } from '../http/api/openapi/document.ts'
import type { Examples } from '../http/api/openapi/described-operation.ts'
import type { JsonObject } from '../http/api/openapi/json-schema.ts'
import { descriptionOperation, descriptionPage } from '../http/api/openapi/page.ts'
import type { ApiRoute } from '../http/api/route.ts'

/** Recorded from a real server by `npm run openapi:examples`. */
export const examplesFile = new URL('../http/api/openapi/examples.json', import.meta.url)

interface Described {
  config: Pick<Config, 'publicUrl' | 'apiUrl'>
  /** As it is called now. */
  platform: { readonly name: string; readonly supportEmail: string }
  routes: readonly ApiRoute[]
}

export async function apiDescription({ config, platform, routes }: Described): Promise<JsonObject> {
  return describeApi({
    version: manifest.version,
    platformName: platform.name,
    supportEmail: platform.supportEmail,
    publicUrl: config.publicUrl,
    apiUrl: config.apiUrl,
    operations: [...routes, ...corridorOperations(), descriptionOperation],
    examples: JSON.parse(readFileSync(examplesFile, 'utf8')) as Examples,
  })
}

/** The description, and what leads to it. */
export function apiDescriptionPage({
  settings,
  ...described
}: Described & { settings: { current(): unknown } }): Middleware {
  return compose([apiCatalogPage(described.config), descriptionPage(() => apiDescription(described), settings.current)])
}
