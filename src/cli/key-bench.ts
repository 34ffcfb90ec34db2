/** What the commands about API keys work with: the same rules as the server's, with an operator's reach. */
import { operator, type Asker } from '../api-keys/asker.ts'
import { keyFields } from '../api-keys/fields.ts'
import type { ScopeCatalogue } from '../api-keys/scopes.ts'
import type { KeyServices } from '../api-keys/services.ts'
import { limitOverridesSchema } from '../limits/schema.ts'
import { ensureServiceAccount } from '../organizations/service-accounts/ensure.ts'
import type { Db } from '../platform/database.ts'
import { managementResource } from '../resources/management.ts'
import { listResources } from '../resources/store.ts'
import { openWorkbench, type Workbench } from './workbench.ts'

export interface KeyBench extends AsyncDisposable {
  bench: Workbench
  services: Omit<KeyServices, 'sendMail'>
  fields: ReturnType<typeof keyFields>
  asker: Asker
}

export async function openKeyBench(): Promise<KeyBench> {
  await using opening = new AsyncDisposableStack()
  const bench = opening.use(await openWorkbench())
  const { config, db, clock, secrets } = bench
  const services = {
    db,
    clock,
    secrets,
    catalogue: await readCatalogue(db, config.apiUrl),
    settings: config.apiKeys,
    organizations: { ensureServiceAccount },
  }
  const open = opening.move()
  return {
    bench,
    services,
    fields: keyFields(limitOverridesSchema, config.apiKeys),
    asker: operator,
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

async function readCatalogue(db: Db, apiUrl: string): Promise<ScopeCatalogue> {
  const builtIn = managementResource({ apiUrl, platform: { name: '' }, since: new Date(0) })
  // Its names come before whatever has them besides.
  const resources = [...(await listResources(db)), builtIn]
  const byIdentifier = new Map(resources.map((resource) => [resource.identifier, resource]))
  const byScope = new Map(
    resources.flatMap((resource) => resource.scopes.map((scope) => [scope.name, { resource, scope }] as const)),
  )
  return {
    scope: (name) => byScope.get(name)?.scope,
    byScope: (name) => byScope.get(name)?.resource,
    byIdentifier: (identifier) => byIdentifier.get(identifier),
  }
}
