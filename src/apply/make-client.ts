/** Makes one client what a file says, or adopts it. */
import { isDeepStrictEqual } from 'node:util'
import { demandPassable } from '../clients/access.ts'
import { usesSecret, type Client } from '../clients/client.ts'
import { deleteClientSecrets } from '../clients/delete-secret.ts'
import { switchClient } from '../clients/disable.ts'
import { checkRegistration, type Fault, type Registration } from '../clients/metadata-rules.ts'
import { unknownReferences } from '../clients/references.ts'
import { registerClient } from '../clients/register.ts'
import { hasAsItsSecret, setClientSecret } from '../clients/set-secret.ts'
import { findClient, isSlugTaken, lockClient } from '../clients/store.ts'
import { updateClient } from '../clients/update.ts'
import { Problem } from '../http/problem.ts'
import type { Resource, Scope } from '../resources/resource.ts'
import { isOpenidScope } from '../resources/scope-name.ts'
import { meaningOf, shownClient, wordsOf, type ClientEntry } from './client-entry.ts'
import { differences, type FaultKind, type FieldChange } from './report.ts'
import type { Run } from './section.ts'
import type { UnnamedClient } from './store.ts'

/** What there is of what clients name, and the clients themselves: read once for all of them. */
export interface Around {
  /** By their slugs. */
  readonly present: ReadonlyMap<string, Client>
  readonly unnamed: readonly UnnamedClient[]
  /** By what a file calls them. */
  readonly organizations: ReadonlyMap<string, { id: string; slug: string | null }>
  /** What a file calls each, by its id. */
  readonly called: ReadonlyMap<string, string>
  readonly resources: readonly Resource[]
  readonly identifiers: ReadonlySet<string>
  readonly scopes: ReadonlyMap<string, Scope>
  readonly tiers: ReadonlySet<string>
}

/** One client of a run. */
export interface Turn extends Run {
  readonly name: string
  readonly around: Around
}

export async function makeClient(turn: Turn, wanted: ClientEntry): Promise<void> {
  const { tx, services, name, around, context } = turn
  const organizationId = organizationOf(turn, wanted)
  if (organizationId === undefined) return
  const found = around.present.get(name) ?? (await adopted(turn, wanted, organizationId))
  if (found === undefined) return
  const registration = await registrationOf(turn, wanted, organizationId, found)
  if (!registration || (found && isAsWanted(turn, found, registration, wanted))) return

  const current = found && (await lockClient(tx, found.id))
  const client = current ? await update(turn, current, registration) : await create(turn, registration)
  const secret = await putSecret(turn, client, wanted.secret)
  if (wanted.disabled !== undefined) {
    if (!wanted.disabled && current?.disabledAt) demandRights(turn, client)
    await switchClient(tx, client, wanted.disabled ? services.clock.now() : null, context)
  }
  const after = await findClient(tx, client.id)
  if (!after) throw new Error(`the client ${name} is gone while it is locked`)
  tell(turn, current, after, secret)
}

/** Undefined: there is a fault. */
function organizationOf(
  { report, name, prune, document, around }: Turn,
  { organization }: ClientEntry,
): string | null | undefined {
  if (organization === undefined || organization === null) return null
  const place = ['clients', name, 'organization']
  const found = around.organizations.get(organization)
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
  { tx, name, report, around }: Turn,
  wanted: ClientEntry,
  organizationId: string | null,
): Promise<Client | null | undefined> {
  const words = wordsOf(name, wanted)
  const [first, ...more] = around.unnamed.filter((one) => one.name === words && one.organizationId === organizationId)
  if (more.length === 0) return first ? findClient(tx, first.id) : null
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
  const { tx, name, report, around } = turn
  const { metadata, attributes, unknown } = meaningOf(name, wanted, { resources: around.resources, organizationId })
  for (const { place, name: asked } of unknown) {
    report.fault('unknown', ['clients', name, ...place], `there is no resource ${asked}`)
  }
  const checked = checkRegistration(metadata, attributes)
  if (!checked.ok) return refuse(turn, 'invalid', checked.faults)
  const { registration } = checked
  const known = {
    hasResource: (identifier: string) => around.identifiers.has(identifier),
    hasScope: (scope: string) => isOpenidScope(scope) || around.scopes.has(scope),
    hasOrganization: () => Promise.resolve(true),
    hasTier: (_: unknown, tier: string) => Promise.resolve(around.tiers.has(tier)),
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
    const place = [fieldNames[field] ?? field, ...rest].filter((part) => part !== '')
    report.fault(kind, ['clients', name, ...place], message)
  }
  return null
}

const fieldNames: Readonly<Record<string, string>> = {
  client_name: 'name',
  scope: 'scopes',
  organization_id: 'organization',
}

/** Nothing is locked for it: who changes it at the same time comes before this file, or after it. */
function isAsWanted(
  { services }: Turn,
  client: Client,
  registration: Registration,
  { secret, disabled }: ClientEntry,
): boolean {
  const fields = Object.keys(registration) as (keyof Registration)[]
  return (
    fields.every((field) => isDeepStrictEqual(client[field], registration[field])) &&
    (disabled === undefined || disabled === (client.disabledAt !== null)) &&
    (secret === undefined || hasAsItsSecret(services, client, secret))
  )
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
  if (!usesSecret(current) || usesSecret(client)) return client
  const ids = current.secrets.map((secret) => secret.id)
  await deleteClientSecrets(tx, current, ids, context)
  return { ...client, secrets: [] }
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
  { around, principal, name }: Turn,
  client: Pick<Client, 'grantTypes' | 'scope' | 'grantableScopes'>,
): void {
  if (!principal.scopes.has('admin:clients:write')) return
  const { scopes, resources } = around
  const catalogue = { byIdentifier: () => undefined, scope: (one: string) => scopes.get(one), all: () => resources }
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

function tell(turn: Turn, before: Client | null, after: Client, secret: FieldChange[]): void {
  const { report, name, dryRun } = turn
  const fields = [...(before ? differences(shownIn(turn, before), shownIn(turn, after)) : []), ...secret]
  const proves = usesSecret(after) && after.secrets.length === 0
  // The id that a dry run draws is nobody's.
  const id = before || !dryRun ? after.id : null
  const notes = proves ? [`has no secret yet: keygrant clients rotate-secret ${id ?? 'ID'}`] : []
  const change = { kind: 'client', name, fields } as const
  if (!before) report.change({ ...change, action: 'create', about: id, notes })
  else if (before.slug === null) report.change({ ...change, action: 'adopt', about: after.id, notes })
  else if (fields.length > 0) report.change({ ...change, action: 'update', notes })
}

function shownIn({ around }: Turn, client: Client) {
  const { organizationId: id, slug } = client
  const organization = id === null ? null : (around.called.get(id) ?? id)
  return { slug, ...shownClient(client, { resources: around.resources, organization }) }
}
