/** A server with customers on it, and keys of everybody who may be in one. */
import type { MemberRole } from '../../src/organizations/organization.ts'
import {
  addAdministratorKey,
  addApiKey,
  addMember,
  addOrganization,
  call,
  type CallOptions,
  type TestKey,
} from '../support/api.ts'
import { addPerson, startTestServer, type TestPerson, type TestServer } from '../support/server.ts'

export interface Customer {
  id: string
  path: string
  people: Record<MemberRole, TestPerson>
  keys: Record<MemberRole | 'service', TestKey>
}

/** What answers have of what the tests look at. */
export interface Body {
  id: string
  code?: string
  detail?: string
  data: Record<string, unknown>[]
  errors: { path: string; code: string }[]
  [field: string]: unknown
}

export interface ApiStage extends AsyncDisposable {
  server: TestServer
  /** An administrator's. */
  platform: TestKey
  ask(
    key: Pick<TestKey, 'key'> | null,
    method: string,
    path: string,
    body?: unknown,
    options?: CallOptions,
  ): Promise<{ status: number; headers: Readonly<Record<string, string>>; body: Body }>
  /** An organization with one person of each role, and a key of each and of a service account. */
  customer(): Promise<Customer>
  join(organizationId: string, role?: MemberRole): Promise<TestPerson>
}

export async function openApiStage(scopes: string[]): Promise<ApiStage> {
  await using opening = new AsyncDisposableStack()
  const server = opening.use(await startTestServer())
  const platform = await addAdministratorKey(server)

  async function join(organizationId: string, role: MemberRole = 'member'): Promise<TestPerson> {
    const person = await addPerson(server)
    await addMember(server, organizationId, person.id, role)
    return person
  }

  async function customer(): Promise<Customer> {
    const id = await addOrganization(server)
    const people = { owner: await join(id, 'owner'), admin: await join(id, 'admin'), member: await join(id) }
    const key = (userId: string | null) => addApiKey(server, { organizationId: id, userId, scopes })
    const keys = {
      owner: await key(people.owner.id),
      admin: await key(people.admin.id),
      member: await key(people.member.id),
      service: await key(null),
    }
    return { id, path: `/v1/organizations/${id}`, people, keys }
  }

  const open = opening.move()
  return {
    server,
    platform,
    async ask(key, method, path, body, options) {
      const reply = await call(server.url, method, path, { ...options, key: key?.key, body })
      return { ...reply, body: (typeof reply.body === 'object' ? reply.body : {}) as Body }
    },
    customer,
    join,
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

/** What a problem says, but for what differs at each request. */
export function said({ status, body }: { status: number; body: Body }): unknown {
  return { status, body: { ...body, request_id: '' } }
}
