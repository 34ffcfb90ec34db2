/** A server whose time tests move, with resources, customers, and keys of everybody who may ask for keys. */
import { drawApiKey } from '../../src/api-keys/format.ts'
import type { MemberRole } from '../../src/organizations/organization.ts'
import {
  addAdministratorKey,
  addApiKey,
  addMember,
  addOrganization,
  addResource,
  call,
  type CallOptions,
  type TestKey,
} from '../support/api.ts'
import { addPerson, startTestServer, type TestPerson, type TestServer } from '../support/server.ts'

export interface Customer {
  id: string
  people: Record<MemberRole, TestPerson>
  keys: Record<MemberRole | 'service', TestKey>
}

/** An API key as it comes over the wire, and what problems say. */
export interface Body {
  id: string
  secret: string | null
  name: string
  status: string
  subject: string
  scopes: string[]
  created_at: string
  expires_at: string
  secrets: { id: string; hint: string; expires_at: string }[]
  data: Body[]
  next_cursor: string | null
  code?: string
  detail?: string
  errors?: { path: string; code: string }[]
  missing_scopes?: string[]
  [field: string]: unknown
}

export interface Reply {
  status: number
  headers: Readonly<Record<string, string>>
  body: Body
}

export interface KeyStage extends AsyncDisposable {
  server: TestServer
  clock: { now(): Date; advance(seconds: number): void }
  /** An administrator's. */
  platform: TestKey
  ask(key: string | null, method: string, path: string, body?: unknown, options?: CallOptions): Promise<Reply>
  /** With the administrator's key, on a path under `/v1/keys`. */
  manage(method: string, path: string, body?: unknown, options?: CallOptions): Promise<Reply>
  /** Issued by the administrator for a new customer, unless said otherwise. */
  issue(body?: Record<string, unknown>): Promise<Body & { secret: string }>
  /** An organization with one person of each role, and a key of each and of a service account. */
  customer(scopes?: string[], columns?: Parameters<typeof addOrganization>[1]): Promise<Customer>
  /** What a key may do at this moment, as itself. */
  standing(secret: string): Promise<number>
  eventsOf(id: string): Promise<string[]>
}

/** The scopes that customers' keys have unless said. */
const customerScopes = ['keys:read', 'keys:write', 'keys:rotate', 'reports:read', 'reports:write', 'reports:audit']

export async function openKeyStage(settings: Record<string, string> = {}): Promise<KeyStage> {
  await using opening = new AsyncDisposableStack()
  let offsetMs = 0
  const clock = {
    now: () => new Date(Date.now() + offsetMs),
    advance(seconds: number) {
      offsetMs += seconds * 1000
    },
  }
  const server = opening.use(await startTestServer({ clock, settings }))
  const platform = await addAdministratorKey(server, {
    key: drawApiKey('kg', 'live'),
    expiresAt: new Date(Date.now() + 10 * 365 * 86_400_000),
  })
  await addResource(server, 'reports', {
    'reports:read': 'anyone',
    'reports:write': 'anyone',
    'reports:audit': 'org_admin',
    'reports:purge': 'administrator',
  })
  await addResource(server, 'exports', { 'exports:run': 'anyone' })

  async function ask(key: string | null, method: string, path: string, body?: unknown, options: CallOptions = {}) {
    const reply = await call(server.url, method, path, { ...options, key: key ?? undefined, body })
    return { ...reply, body: (typeof reply.body === 'object' ? reply.body : {}) as Body }
  }
  const manage: KeyStage['manage'] = (method, path, body, options) =>
    ask(platform.key, method, `/v1/keys${path}`, body, options)

  async function customer(scopes = customerScopes, columns: Parameters<typeof addOrganization>[1] = {}) {
    // Without a limit, since a burst of tests is no burst of calls.
    const id = await addOrganization(server, { tier: 'enterprise', ...columns })
    const join = async (role: MemberRole) => {
      const person = await addPerson(server)
      await addMember(server, id, person.id, role)
      return person
    }
    const people = { owner: await join('owner'), admin: await join('admin'), member: await join('member') }
    const key = (userId: string | null) => addApiKey(server, { organizationId: id, userId, scopes })
    const keys = {
      owner: await key(people.owner.id),
      admin: await key(people.admin.id),
      member: await key(people.member.id),
      service: await key(null),
    }
    return { id, people, keys }
  }

  const open = opening.move()
  return {
    server,
    clock,
    platform,
    ask,
    manage,
    async issue(body = {}) {
      const organization = body['organization_id'] ?? (await addOrganization(server, { tier: 'enterprise' }))
      const wanted = {
        name: 'A key',
        scopes: ['reports:read', 'reports:write'],
        organization_id: organization,
        ...body,
      }
      const reply = await manage('POST', '', wanted)
      if (reply.status !== 201) throw new Error(JSON.stringify(reply.body))
      return reply.body as Body & { secret: string }
    },
    customer,
    standing: async (secret) => (await ask(secret, 'GET', '/v1/keys/self')).status,
    async eventsOf(id) {
      const rows = await server.db.auditEvent.findMany({ where: { targetId: id }, orderBy: { id: 'asc' } })
      return rows.map(({ type }) => type)
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}
