/** `clients`: OAuth clients, known by their slugs, with secrets that come from elsewhere. */
import { z } from 'zod'
import { demandPassable } from '../clients/access.ts'
import { usesSecret, type Client } from '../clients/client.ts'
import { deleteClientSecrets } from '../clients/delete-secret.ts'
import { removeClient } from '../clients/delete.ts'
import { switchClient } from '../clients/disable.ts'
import { checkRegistration, type Fault, type Registration } from '../clients/metadata-rules.ts'
import { unknownReferences } from '../clients/references.ts'
import { registerClient } from '../clients/register.ts'
import { chosenSecret, setClientSecret } from '../clients/set-secret.ts'
import { findClient, isSlugTaken, lockClient } from '../clients/store.ts'
import { updateClient } from '../clients/update.ts'
import { slug } from '../http/api/wire.ts'
import { Problem } from '../http/problem.ts'
import { findTier } from '../limits/store.ts'
import type { Resource } from '../resources/resource.ts'
import { isOpenidScope } from '../resources/scope-name.ts'
import { listResources } from '../resources/store.ts'
import { titleFromName } from '../resources/words.ts'
import { clientEntry, meaningOf, saidClient, shownClient, type ClientEntry } from './client-entry.ts'
import { differences, type FaultKind, type FieldChange } from './report.ts'
import { secretReference } from './secret-reference.ts'
import { section, type Reading, type Run } from './section.ts'
import {
  countUnnamed,
  findOrganizationCalled,
  findSlugOfOrganization,
  listNamedClients,
  listUnnamedClients,
} from './store.ts'

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
    const present = new Map((await listNamedClients(run.tx)).map(({ id, slug: name }) => [name, id]))
    const resources = [...(await listResources(run.tx)), run.services.builtIn]
    for (const [name, wanted] of Object.entries(entries)) {
      await makeOne({ ...run, resources, name }, wanted, present.get(name) ?? null)
    }
  },

  async finish({ tx, prune, report, context }, entries) {
    for (const { id, slug: name } of await listNamedClients(tx)) {
      if (Object.hasOwn(entries, name)) continue
      const client = prune ? await lockClient(tx, id) : null
      if (client && (await removeClient(tx, client, context))) {
        report.change({ action: 'delete', kind: 'client', name, about: id })
      } else report.keep('client', name)
    }
  },

  async read({ tx, services, note }: Reading) {
    const resources = [...(await listResources(tx)), services.builtIn]
    const entries: [string, ClientEntry][] = []
    for (const { id, slug: name } of await listNamedClients(tx)) {
      const client = await findClient(tx, id)
      if (!client) continue
      const organization = await findSlugOfOrganization(tx, client.organizationId)
      entries.push([name, saidClient(name, client, { resources, organization })])
      if (client.secrets.length > 0) note(`the secret of the client ${name} is not in here: see its field secret`)
    }
    const { clients: unnamed } = await countUnnamed(tx)
    if (unnamed > 0) note(`not in here, since without a slug no file knows them: ${unnamed} of the clients`)
    return Object.fromEntries(entries)
  },
})

/** One client of a run. */
interface Turn extends Run {
  readonly name: string
  readonly resources: readonly Resource[]
}

async function makeOne(turn: Turn, wanted: ClientEntry, presentId: string | null): Promise<void> {
  const organizationId = await organizationOf(turn, wanted)
  if (organizationId === undefined) return
  const id = presentId ?? (await adopted(turn, wanted, organizationId))
  if (id === undefined) return
  const current = id === null ? null : await lockClient(turn.tx, id)
  const registration = await registrationOf(turn, wanted, organizationId, current)
  if (!registration) return
  const before = current && (await shownIn(turn, current))
  const client = current ? await update(turn, current, registration) : await create(turn, registration)
  const secret = await putSecret(turn, client, wanted.secret)
  if (wanted.disabled !== undefined) {
    if (!wanted.disabled && current?.disabledAt) demandRights(turn, client)
    await switchClient(turn.tx, client, wanted.disabled ? turn.services.clock.now() : null, turn.context)
  }
  const after = await findClient(turn.tx, client.id)
  if (!after) throw new Error(`the client ${turn.name} is gone while it is locked`)
  tell(turn, current, after, before === null ? [] : differences(before, await shownIn(turn, after)), secret)
}

/** Undefined: there is a fault. */
async function organizationOf(turn: Turn, { organization }: ClientEntry): Promise<string | null | undefined> {
  const { tx, report, name, prune, document } = turn
  if (organization === undefined || organization === null) return null
  const place = ['clients', name, 'organization']
  const found = await findOrganizationCalled(tx, organization)
  if (!found) {
    report.fault('unknown', place, `there is no organization ${organization}`)
    return undefined
  }
  const named = document['organizations']
  if (prune && named !== undefined && found.slug !== null && !Object.hasOwn(named as object, found.slug)) {
    report.fault('conflict', place, 'is not among the organizations of the file, and --prune deletes it')
    return undefined
  }
  return found.id
}

/**
 * One that an administrator registered under this name, for the same organization, before files knew it. Of others, who
 * may have the secret is not known. Null: none; undefined: there is a fault.
 */
async function adopted(
  { tx, name, report }: Turn,
  wanted: ClientEntry,
  organizationId: string | null,
): Promise<string | null | undefined> {
  const words = wanted.name ?? titleFromName(name)
  const [id, other] = await listUnnamedClients(tx, { name: words, organizationId })
  if (other === undefined) return id ?? null
  const message = `there are several clients called ${words}: give the one that is meant the slug ${name}`
  report.fault('conflict', ['clients', name], message)
  return undefined
}

/** Null: there are faults. */
async function registrationOf(
  turn: Turn,
  wanted: ClientEntry,
  organizationId: string | null,
  current: Client | null,
): Promise<Registration | null> {
  const { tx, name, resources, report } = turn
  const { metadata, attributes, unknown } = meaningOf(name, wanted, { resources, organizationId })
  for (const { place, name: asked } of unknown) {
    report.fault('unknown', ['clients', name, ...place], `there is no resource ${asked}`)
  }
  const checked = checkRegistration(metadata, attributes)
  if (!checked.ok) return refuse(turn, 'invalid', checked.faults)
  const { registration } = checked
  const known = {
    hasResource: (identifier: string) => resources.some((one) => one.identifier === identifier),
    hasScope: (scope: string) =>
      isOpenidScope(scope) || resources.some((one) => one.scopes.some((own) => own.name === scope)),
    hasOrganization: () => Promise.resolve(true),
    hasTier: async (_: unknown, tier: string) => (await findTier(tx, tier)) !== null,
  }
  const missing = await unknownReferences(tx, known, registration, current)
  if (missing.length > 0) return refuse(turn, 'unknown', missing)
  if (wanted.secret !== undefined && !usesSecret(registration)) {
    const message = 'is for a client that proves itself with one: see token_endpoint_auth_method'
    return refuse(turn, 'invalid', [{ path: 'secret', message }])
  }
  if (unknown.length > 0) return null
  // Another order is no other scope.
  const same = current?.scope?.split(' ').toSorted().join(' ') === registration.scope
  return same && current ? { ...registration, scope: current.scope } : registration
}

/** `redirect_uris.0` of a registration is that of the client in the file; some are called otherwise there. */
function refuse({ report, name }: Turn, kind: FaultKind, faults: readonly Fault[]): null {
  for (const { path, message } of faults) {
    const [field = '', ...rest] = path.split('.')
    report.fault(
      kind,
      ['clients', name, fieldNames[field] ?? field, ...rest].filter((part) => part !== ''),
      message,
    )
  }
  return null
}

const fieldNames: Readonly<Record<string, string>> = {
  client_name: 'name',
  scope: 'scopes',
  organization_id: 'organization',
}

async function create(turn: Turn, registration: Registration): Promise<Client> {
  const { tx, services, name, context } = turn
  demandRights(turn, registration)
  if (await isSlugTaken(tx, name, null)) throw new Error(`the client ${name} was made meanwhile`)
  return (await registerClient(tx, services, registration, 'administrator', context, false)).client
}

async function update(turn: Turn, current: Client, registration: Registration): Promise<Client> {
  const { tx, context } = turn
  const changed = await updateClient(tx, current, registration, context)
  if (changed.some((field) => credentialFields.has(field))) demandRights(turn, registration)
  const client = { ...current, ...registration, name: registration.name ?? current.id }
  if (usesSecret(current) && !usesSecret(client)) {
    const ids = current.secrets.map((secret) => secret.id)
    await deleteClientSecrets(tx, current, ids, context)
    return { ...client, secrets: [] }
  }
  return client
}

/** What a client may get by itself, and who can get it. */
const credentialFields: ReadonlySet<string> = new Set([
  'scope',
  'grant_types',
  'token_endpoint_auth_method',
  'jwks',
  'jwks_uri',
  'grantable_scopes',
  'organization_id',
])

/**
 * No credential makes a broader one, a file's client neither. Who may only look at what would change gives nothing.
 * @throws {Problem} `insufficient_scope`
 */
function demandRights(
  { resources, principal, name }: Turn,
  client: Pick<Client, 'grantTypes' | 'scope' | 'grantableScopes'>,
) {
  if (!principal.scopes.has('admin:clients:write')) return
  const scopes = new Map(resources.flatMap((one) => one.scopes.map((scope) => [scope.name, scope])))
  const catalogue = { byIdentifier: () => undefined, scope: (scope: string) => scopes.get(scope), all: () => resources }
  try {
    demandPassable({ catalogue }, { principal, reach: 'everything' }, client)
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const { code, members, detail } = error
    throw new Problem(code, { members, detail: `The client ${name}: ${detail ?? ''}`, cause: error })
  }
}

async function putSecret(turn: Turn, client: Client, secret: string | undefined): Promise<FieldChange[]> {
  if (secret === undefined) return []
  const { tx, services, name, report, context } = turn
  const result = await setClientSecret(tx, services, client, secret, context)
  if (result === 'taken') {
    report.fault('conflict', ['clients', name, 'secret'], 'is the secret of another client: each has its own')
  }
  if (result !== 'set' && result !== 'changed') return []
  demandRights(turn, client)
  return [{ field: 'secret', from: null, to: null, secret: result }]
}

async function shownIn({ tx, resources }: Turn, client: Client) {
  const organization = await findSlugOfOrganization(tx, client.organizationId)
  return { slug: client.slug, ...shownClient(client, { resources, organization }) }
}

function tell(
  { report, name, dryRun }: Turn,
  before: Client | null,
  after: Client,
  changed: FieldChange[],
  secret: FieldChange[],
) {
  const fields = [...changed, ...secret]
  const proves = usesSecret(after) && after.secrets.length === 0
  // The id that a dry run draws is nobody's.
  const id = before || !dryRun ? after.id : null
  const notes = proves ? [`has no secret yet: keygrant clients rotate-secret ${id ?? 'ID'}`] : []
  const change = { kind: 'client', name, fields } as const
  if (!before) report.change({ ...change, action: 'create', about: id, notes })
  else if (before.slug === null) report.change({ ...change, action: 'adopt', about: after.id, notes })
  else if (fields.length > 0) report.change({ ...change, action: 'update', notes })
}
