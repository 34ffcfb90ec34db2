/** Two customers on one server, and every kind of caller who may ask something about the first one. */
import { drawApiKey } from '../../src/api-keys/format.ts'
import type { Access } from '../../src/http/api/route.ts'
import { managementScopes } from '../../src/http/api/scopes.ts'
import type { MemberRole } from '../../src/organizations/organization.ts'
import { tokenRequest } from '../oidc/endpoints.ts'
import {
  addAdministratorKey,
  addApiKey,
  addMember,
  addOrganization,
  call,
  type CallOptions,
  type Reply,
  type TestKey,
} from '../support/api.ts'
import { createAgent } from '../support/agent.ts'
import { tokensFor } from '../support/flow.ts'
import {
  addClient,
  addPerson,
  addResources,
  startTestServer,
  type TestPerson,
  type TestServer,
} from '../support/server.ts'

export const everyScope = managementScopes.map(({ name }) => name)
export const ownScopes = everyScope.filter((name) => !name.startsWith('admin:'))
const administratorsScopes = everyScope.filter((name) => name.startsWith('admin:'))

/** Without end, so that a burst of tests is no burst of calls. */
export const unlimited = { tier: 'enterprise' } as const

/** Who has no credential that is worth anything. */
export const unknown = ['nobody', 'an unknown key', 'a revoked key'] as const

/** Who has one, and not the scope that the route asks for. */
export const powerless = [
  'a key without scopes',
  'an admin’s key with every other scope',
  'an administrator’s key with every other scope',
  'an admin’s key with administrators’ scopes alone',
] as const

/** Who belongs to the customer, and has the scope. */
export const insiders = ['a member’s key', 'an admin’s key', 'the client itself'] as const

/** Who has the scope, and belongs to another customer. */
export const strangers = [
  'another admin’s key',
  'another admin’s key with administrators’ scopes, too',
  'another client itself',
  'another admin’s access token',
] as const

export const administrator = 'an administrator’s key'

export type Insider = (typeof insiders)[number]
export type CallerName =
  (typeof unknown)[number] | (typeof powerless)[number] | Insider | (typeof strangers)[number] | typeof administrator

export const callerNames: readonly CallerName[] = [...unknown, ...powerless, ...insiders, ...strangers, administrator]

export interface Customer {
  id: string
  member: TestPerson
  admin: TestPerson
}

export interface IsolationStage extends AsyncDisposable {
  server: TestServer
  /** Whose objects are asked for. */
  ours: Customer
  theirs: Customer
  /** An administrator's key. */
  platform: TestKey
  /** @returns what is sent as the credential; the same at each call */
  credential(name: CallerName, access: Access): Promise<string | undefined>
  /** A key of one of the first customer's people, or, with null, of a service account. */
  keyOf(userId: string | null, scopes: readonly string[], more?: Parameters<typeof addApiKey>[1]): Promise<TestKey>
  /** One more of its people. */
  colleague(role: MemberRole, columns?: Parameters<typeof addPerson>[1]): Promise<TestPerson>
  /** What another node tells of a change, which the test has made in the database. */
  tell(kind: string, id: string): Promise<unknown>
  ask(
    credential: string | Pick<TestKey, 'key'> | undefined,
    method: string,
    path: string,
    body?: unknown,
    headers?: CallOptions['headers'],
  ): Promise<Reply>
}

export async function addCustomer(server: TestServer): Promise<Customer> {
  const id = await addOrganization(server, unlimited)
  const [member, admin] = [await addPerson(server), await addPerson(server)]
  await addMember(server, id, member.id, 'member')
  await addMember(server, id, admin.id, 'admin')
  return { id, member, admin }
}

/** A token that the client gets by itself, registered by the customer with everything that a customer may have. */
export async function tokenOfClient(
  server: TestServer,
  { id }: Pick<Customer, 'id'>,
  scopes: readonly string[] = ownScopes,
): Promise<string> {
  const metadata = { grant_types: ['client_credentials'], redirect_uris: undefined, scope: scopes.join(' ') }
  const client = await addClient(server, metadata, { organization_id: id, ...unlimited }, 'self_registered')
  const parameters = { grant_type: 'client_credentials', scope: metadata.scope, resource: `${server.url}/v1` }
  const { body } = await tokenRequest(server, client, parameters)
  return body['access_token'] as string
}

/** A token that somebody has allowed an app to have. */
export async function tokenOfPerson(
  server: TestServer,
  person: TestPerson,
  scopes: readonly string[] = ownScopes,
): Promise<string> {
  const client = await addClient(server, {}, unlimited)
  const parameters = { scope: ['openid', ...scopes].join(' '), resource: `${server.url}/v1` }
  const { tokens } = await tokensFor(server, client, person, parameters, createAgent(server.url))
  return tokens.access_token
}

export async function openIsolationStage(): Promise<IsolationStage> {
  await using opening = new AsyncDisposableStack()
  const server = opening.use(
    await startTestServer({ settings: { KEY_CREATIONS_PER_HOUR: '100000', KEYS_PER_ORGANIZATION: '100000' } }),
  )
  await addResources(server)
  const [ours, theirs] = [await addCustomer(server), await addCustomer(server)]
  const platform = await addAdministratorKey(server)

  const key = async (organizationId: string, userId: string | null, scopes: readonly string[], more = {}) =>
    (await addApiKey(server, { organizationId, userId, scopes: [...scopes], ...more })).key
  const others = (scopes: readonly string[], access: Access) =>
    scopes.filter((name) => name !== access && name !== `admin:${access}`)

  const kinds: Record<CallerName, (access: Access) => Promise<string | undefined>> = {
    nobody: () => Promise.resolve(undefined),
    'an unknown key': () => Promise.resolve(drawApiKey('kg', 'live')),
    'a revoked key': () => key(ours.id, ours.admin.id, ownScopes, { revokedAt: new Date() }),
    'a key without scopes': () => key(ours.id, null, []),
    'an admin’s key with every other scope': (access) => key(ours.id, ours.admin.id, others(ownScopes, access)),
    'an administrator’s key with every other scope': async (access) =>
      (await addAdministratorKey(server, { scopes: others(everyScope, access) })).key,
    'an admin’s key with administrators’ scopes alone': () => key(ours.id, ours.admin.id, administratorsScopes),
    // A scope of a resource besides, by which they see that it is there.
    'a member’s key': () => key(ours.id, ours.member.id, [...ownScopes, 'reports:read']),
    'an admin’s key': () => key(ours.id, ours.admin.id, [...ownScopes, 'reports:read']),
    'the client itself': () => tokenOfClient(server, ours),
    'another admin’s key': () => key(theirs.id, theirs.admin.id, ownScopes),
    'another admin’s key with administrators’ scopes, too': () => key(theirs.id, theirs.admin.id, everyScope),
    'another client itself': () => tokenOfClient(server, theirs),
    'another admin’s access token': () => tokenOfPerson(server, theirs.admin),
    [administrator]: () => Promise.resolve(platform.key),
  }
  const made = new Map<string, Promise<string | undefined>>()

  const open = opening.move()
  return {
    server,
    ours,
    theirs,
    platform,
    credential(name, access) {
      const id = kinds[name].length === 0 ? name : `${name} ${access}`
      const found = made.get(id) ?? kinds[name](access)
      made.set(id, found)
      return found
    },
    keyOf: (userId, scopes, more = {}) =>
      addApiKey(server, { organizationId: ours.id, userId, scopes: [...scopes], ...more }),
    async colleague(role, columns = {}) {
      const person = await addPerson(server, columns)
      await addMember(server, ours.id, person.id, role)
      return person
    },
    tell: (kind, id) => server.db.$executeRaw`SELECT pg_notify('keygrant_changes', ${JSON.stringify({ kind, id })})`,
    ask: (credential, method, path, body, headers = {}) =>
      call(server.url, method, path, {
        key: typeof credential === 'object' ? credential.key : credential,
        body,
        headers,
      }),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

/** Status and code. */
export const outcome = ({ status, body }: Pick<Reply, 'status' | 'body'>): [number, string | null] => [
  status,
  (body as { code?: string }).code ?? null,
]
