/** What each kind of caller gets for each act on an organization: one table. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MemberRole } from '../../src/organizations/organization.ts'
import { addApiKey, addServiceAccount, type TestKey } from '../support/api.ts'
import { addPerson } from '../support/server.ts'
import { openApiStage, type ApiStage, type Customer } from './stage.ts'

let stage: ApiStage
beforeAll(async () => {
  stage = await openApiStage(['organizations:read', 'organizations:write'])
})
afterAll(() => stage[Symbol.asyncDispose]())

type Who = 'nobody' | 'without scope' | 'stranger' | 'member' | 'admin' | 'owner' | 'service' | 'platform'
const columns: readonly Who[] = [
  'nobody',
  'without scope',
  'stranger',
  'member',
  'admin',
  'owner',
  'service',
  'platform',
]

interface Act {
  does: string
  method: string
  /** After the organization's own path; `path` in its place for others. */
  path: (customer: Customer) => Promise<string> | string
  body?: (customer: Customer) => Promise<unknown>
  /** In the order of the columns. */
  answers: readonly [number, number, number, number, number, number, number, number]
}

const mailbox = () => `${crypto.randomUUID()}@example.com`
const account = async ({ id, path }: Customer) =>
  `${path}/service-accounts/${await addServiceAccount(stage.server, id)}`
const member =
  (role: MemberRole) =>
  async ({ id, path }: Customer) =>
    `${path}/members/${(await stage.join(id, role)).id}`
const invited =
  (role: MemberRole) =>
  async ({ path }: Customer) => {
    const { body } = await stage.ask(stage.platform, 'POST', `${path}/invitations`, { email: mailbox(), role })
    return `${path}/invitations/${body.id}`
  }
const whole = ({ path }: Customer) => path
const under =
  (rest: string) =>
  ({ path }: Customer) =>
    path + rest
const sends = (body: unknown) => () => Promise.resolve(body)

//                                                                   nobody  without  stranger  member  admin  owner  service  platform
const acts: Act[] = [
  { does: 'reads it', method: 'GET', path: whole, answers: [401, 403, 404, 200, 200, 200, 200, 200] },
  {
    does: 'renames it',
    method: 'PATCH',
    path: whole,
    body: sends({ name: 'Other' }),
    answers: [401, 403, 404, 403, 200, 200, 200, 200],
  },
  {
    does: 'sets its tier',
    method: 'PATCH',
    path: whole,
    body: sends({ tier: 'pro' }),
    answers: [401, 403, 404, 403, 403, 403, 403, 200],
  },
  {
    does: 'sets its external id',
    method: 'PATCH',
    path: whole,
    body: () => Promise.resolve({ external_id: crypto.randomUUID() }),
    answers: [401, 403, 404, 403, 403, 403, 403, 200],
  },
  { does: 'deletes it', method: 'DELETE', path: whole, answers: [401, 403, 404, 403, 403, 403, 403, 204] },
  {
    does: 'creates another',
    method: 'POST',
    path: () => '/v1/organizations',
    body: sends({ name: 'New' }),
    answers: [401, 403, 403, 403, 403, 403, 403, 201],
  },
  { does: 'lists members', method: 'GET', path: under('/members'), answers: [401, 403, 404, 200, 200, 200, 200, 200] },
  {
    does: 'adds a member',
    method: 'POST',
    path: under('/members'),
    body: async () => ({ user_id: (await addPerson(stage.server)).id }),
    answers: [401, 403, 404, 403, 403, 403, 403, 201],
  },
  {
    does: 'makes a member an admin',
    method: 'PATCH',
    path: member('member'),
    body: sends({ role: 'admin' }),
    answers: [401, 403, 404, 403, 403, 200, 403, 200],
  },
  {
    does: 'makes an admin an owner',
    method: 'PATCH',
    path: member('admin'),
    body: sends({ role: 'owner' }),
    answers: [401, 403, 404, 403, 403, 200, 403, 200],
  },
  {
    does: 'demotes an owner',
    method: 'PATCH',
    path: member('owner'),
    body: sends({ role: 'member' }),
    answers: [401, 403, 404, 403, 403, 200, 403, 200],
  },
  {
    does: 'removes a member',
    method: 'DELETE',
    path: member('member'),
    answers: [401, 403, 404, 403, 204, 204, 204, 204],
  },
  {
    does: 'removes an admin',
    method: 'DELETE',
    path: member('admin'),
    answers: [401, 403, 404, 403, 403, 204, 403, 204],
  },
  {
    does: 'removes an owner',
    method: 'DELETE',
    path: member('owner'),
    answers: [401, 403, 404, 403, 403, 204, 403, 204],
  },
  {
    does: 'lists invitations',
    method: 'GET',
    path: under('/invitations'),
    answers: [401, 403, 404, 403, 200, 200, 200, 200],
  },
  {
    does: 'invites a member',
    method: 'POST',
    path: under('/invitations'),
    body: () => Promise.resolve({ email: mailbox() }),
    answers: [401, 403, 404, 403, 201, 201, 201, 201],
  },
  {
    does: 'invites an owner',
    method: 'POST',
    path: under('/invitations'),
    body: () => Promise.resolve({ email: mailbox(), role: 'owner' }),
    answers: [401, 403, 404, 403, 403, 201, 403, 201],
  },
  {
    does: 'takes an invitation back',
    method: 'DELETE',
    path: invited('member'),
    answers: [401, 403, 404, 403, 204, 204, 204, 204],
  },
  {
    does: 'takes an owner’s invitation back',
    method: 'DELETE',
    path: invited('owner'),
    answers: [401, 403, 404, 403, 403, 204, 403, 204],
  },
  {
    does: 'lists service accounts',
    method: 'GET',
    path: under('/service-accounts'),
    answers: [401, 403, 404, 200, 200, 200, 200, 200],
  },
  {
    does: 'creates a service account',
    method: 'POST',
    path: under('/service-accounts'),
    body: () => Promise.resolve({ name: crypto.randomUUID() }),
    answers: [401, 403, 404, 403, 201, 201, 201, 201],
  },
  { does: 'reads a service account', method: 'GET', path: account, answers: [401, 403, 404, 200, 200, 200, 200, 200] },
  {
    does: 'disables a service account',
    method: 'PATCH',
    path: account,
    body: sends({ disabled: true }),
    answers: [401, 403, 404, 403, 200, 200, 200, 200],
  },
  {
    does: 'ends a service account',
    method: 'DELETE',
    path: account,
    answers: [401, 403, 404, 403, 204, 204, 204, 204],
  },
]

describe('who may what', () => {
  let keys: Record<Who, TestKey | null>
  let acme: Customer
  beforeAll(async () => {
    acme = await stage.customer()
    const ownerId = acme.people.owner.id
    const scopeless = await addApiKey(stage.server, { organizationId: acme.id, userId: ownerId, scopes: ['keys:read'] })
    keys = {
      nobody: null,
      'without scope': scopeless,
      stranger: (await stage.customer()).keys.owner,
      member: acme.keys.member,
      admin: acme.keys.admin,
      owner: acme.keys.owner,
      service: acme.keys.service,
      platform: stage.platform,
    }
  })

  const cells = acts.flatMap((act) => columns.map((who, column) => ({ ...act, who, status: act.answers[column] })))
  test.for(cells)('$does: $who gets $status', async ({ method, path, body, who, status }) => {
    // What ends the organization has one of its own.
    const about = method === 'DELETE' && path === whole && status === 204 ? await stage.customer() : acme
    const sent = await body?.(about)
    const answer = await stage.ask(keys[who], method, await path(about), sent)
    expect([answer.status, answer.body.detail ?? '']).toEqual([status, expect.any(String)])
  })

  test('administrators’ scopes are worth nothing without the administrator’s role', async () => {
    const former = await addApiKey(stage.server, {
      organizationId: acme.id,
      userId: acme.people.owner.id,
      scopes: ['admin:organizations:read', 'admin:organizations:write'],
    })
    expect((await stage.ask(former, 'GET', acme.path)).status).toBe(403)
  })
})
