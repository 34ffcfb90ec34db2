/** `clients`: OAuth clients, known by their slugs, with secrets that come from elsewhere. */
import { z } from 'zod'
import { removeClient } from '../clients/delete.ts'
import { chosenSecret } from '../clients/set-secret.ts'
import { listNamedClients, lockClient } from '../clients/store.ts'
import { slug } from '../http/api/wire.ts'
import { listTiers } from '../limits/store.ts'
import { listResources } from '../resources/store.ts'
import { clientEntry, saidClient, wordsOf, type ClientEntry } from './client-entry.ts'
import { makeClient, type Around } from './make-client.ts'
import { secretReference } from './secret-reference.ts'
import { section, type Run } from './section.ts'
import { countUnnamed, listCalled, listOrganizationsCalled, listUnnamedClients } from './store.ts'

type Entries = Record<string, ClientEntry>

export const clients = section<Entries>({
  name: 'clients',
  collections: ['clients'],
  schema: z.record(slug, clientEntry(chosenSecret)).superRefine((entries, context) => {
    const owners = new Map<string, string>()
    for (const [name, { secret }] of Object.entries(entries)) {
      if (secret === undefined) continue
      const message = `is the secret of ${owners.get(secret)}, too: each client has its own`
      if (owners.has(secret)) context.addIssue({ code: 'custom', path: [name, 'secret'], message })
      owners.set(secret, name)
    }
  }),
  inFile: z.record(slug, clientEntry(secretReference)),

  async make(run, entries) {
    const around = await lookAround(run, entries)
    for (const [name, wanted] of Object.entries(entries)) await makeClient({ ...run, around, name }, wanted)
  },

  async finish({ tx, prune, report, context }, entries) {
    for (const { id, slug: name } of await listNamedClients(tx)) {
      if (name === null || Object.hasOwn(entries, name)) continue
      const client = prune ? await lockClient(tx, id) : null
      if (client && (await removeClient(tx, client, context))) {
        report.change({ action: 'delete', kind: 'client', name, about: id })
      } else report.keep('client', name)
    }
  },

  async read({ tx, services, note }) {
    const resources = [...(await listResources(tx)), services.builtIn]
    const all = await listNamedClients(tx)
    const called = await listCalled(
      tx,
      all.flatMap(({ organizationId }) => organizationId ?? []),
    )
    const entries = all.flatMap((client) => {
      const { slug: name, organizationId, secrets } = client
      if (name === null) return []
      if (secrets.length > 0) note(`the secret of the client ${name} is not in here: see its field secret`)
      const organization = organizationId === null ? null : (called.get(organizationId) ?? organizationId)
      return [[name, saidClient(name, client, { resources, organization })] as const]
    })
    const { clients: unnamed } = await countUnnamed(tx)
    if (unnamed > 0) note(`not in here, since without a slug no file knows them: ${unnamed} of the clients`)
    return Object.fromEntries(entries)
  },
})

async function lookAround({ tx, services }: Run, entries: Entries): Promise<Around> {
  const present = await listNamedClients(tx)
  const wanted = Object.entries(entries)
  const organizations = await listOrganizationsCalled(
    tx,
    wanted.flatMap(([, { organization }]) => organization ?? []),
  )
  const resources = [...(await listResources(tx)), services.builtIn]
  return {
    present: new Map(present.flatMap((client) => (client.slug === null ? [] : [[client.slug, client] as const]))),
    unnamed: await listUnnamedClients(
      tx,
      wanted.map(([name, entry]) => wordsOf(name, entry)),
    ),
    organizations,
    called: await listCalled(tx, [
      ...present.flatMap(({ organizationId }) => organizationId ?? []),
      ...[...organizations.values()].map(({ id }) => id),
    ]),
    resources,
    identifiers: new Set(resources.map(({ identifier }) => identifier)),
    scopes: new Map(resources.flatMap((resource) => resource.scopes.map((scope) => [scope.name, scope] as const))),
    tiers: new Set((await listTiers(tx)).map((tier) => tier.name)),
  }
}
