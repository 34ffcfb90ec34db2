/** What only an administrator of the platform sets: nobody else does, whatever they hold. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { MemberRole } from '../../src/organizations/organization.ts'
import { addAdministratorKey, addServiceAccount, type Reply, type TestKey } from '../support/api.ts'
import { addClient } from '../support/server.ts'
import {
  everyScope,
  openIsolationStage,
  outcome,
  ownScopes,
  tokenOfClient,
  tokenOfPerson,
  type IsolationStage,
} from './callers.ts'

let stage: IsolationStage
beforeAll(async () => {
  stage = await openIsolationStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

const ask: (...request: Parameters<IsolationStage['ask']>) => Promise<Reply> = (...request) => stage.ask(...request)
const keyOf: IsolationStage['keyOf'] = (...key) => stage.keyOf(...key)
const colleague: IsolationStage['colleague'] = (...person) => stage.colleague(...person)

interface Field {
  route: string
  set: object
  /** 400 where there is no such field at all. */
  refused?: number
}
const redirect_uris = ['https://app.example.com/callback']
const fields: Field[] = [
  ...[{ tier: 'pro' }, { limits: { hour: 5 } }, { grantable_scopes: [] }, { grantable_scopes: ['keys:write'] }].map(
    (set) => ({ route: 'POST /v1/keys', set }),
  ),
  ...[{ tier: 'pro' }, { tier: null }, { limits: { hour: 5 } }, { limits: null }].map((set) => ({
    route: 'PATCH /v1/keys/KEY',
    set,
  })),
  ...[{ grantable_scopes: ['*'] }, { user_id: 'usr_x' }, { service_account_id: 'svc_x' }, { environment: 'test' }].map(
    (set) => ({ route: 'PATCH /v1/keys/KEY', set, refused: 400 }),
  ),
  ...[{ grantable_scopes: ['*'] }, { tier: 'pro' }].map((set) => ({
    route: 'POST /v1/keys/KEY/rotate',
    set,
    refused: 400,
  })),
  ...['POST /v1/clients', 'PATCH /v1/clients/CLIENT'].flatMap((route) =>
    [
      { verified: true },
      { pkce_exempt: true },
      { introspects: [] },
      { tier: 'pro' },
      { limit_per: 'client_and_subject' },
      { grantable_scopes: ['keys:write'] },
      { slug: 'dashboard' },
    ].map((set) => ({ route, set })),
  ),
  { route: 'PATCH /v1/clients/CLIENT', set: { organization_id: null } },
  { route: 'POST /v1/clients', set: { origin: 'administrator' }, refused: 400 },
  { route: 'PATCH /v1/organizations/ORGANIZATION', set: { tier: 'pro' } },
  { route: 'PATCH /v1/organizations/ORGANIZATION', set: { external_id: 'mine' } },
  { route: 'PATCH /v1/organizations/ORGANIZATION', set: { slug: 'mine' } },
  { route: 'POST /v1/organizations/ORGANIZATION/service-accounts', set: { administrator: true }, refused: 400 },
  {
    route: 'PATCH /v1/organizations/ORGANIZATION/service-accounts/ACCOUNT',
    set: { administrator: true },
    refused: 400,
  },
  { route: 'PATCH /v1/users/PERSON', set: { administrator: true }, refused: 400 },
  { route: 'PATCH /v1/users/PERSON', set: { email: 'other@example.com' }, refused: 400 },
]
const needed: Readonly<Record<string, object>> = {
  'POST /v1/keys': { name: 'A key', scopes: [] },
  'POST /v1/clients': { client_name: 'An app', redirect_uris },
  'POST /v1/organizations/ORGANIZATION/service-accounts': { name: 'Another' },
}

let credentials: Record<string, string>
let ids: Record<string, string>
beforeAll(async () => {
  const { server, ours } = stage
  const owner = await colleague('owner')
  // Administrators' scopes are worth nothing without the role.
  credentials = {
    'an admin’s key': (await keyOf(ours.admin.id, everyScope)).key,
    'an owner’s key': (await keyOf(owner.id, everyScope)).key,
    'a service account’s key': (await keyOf(null, everyScope)).key,
    'a client': await tokenOfClient(server, ours),
    'an owner’s token': await tokenOfPerson(server, owner),
    'an administrator’s key without administrators’ scopes': (
      await addAdministratorKey(server, { organizationId: ours.id, scopes: ownScopes })
    ).key,
  }
  ids = {
    ORGANIZATION: ours.id,
    KEY: (await keyOf(null, [])).id,
    CLIENT: (await addClient(server, {}, { organization_id: ours.id }, 'self_registered')).id,
    ACCOUNT: await addServiceAccount(server, ours.id),
    PERSON: owner.id,
  }
})

test.for(fields)('nobody else sends $route with $set', async ({ route, set, refused = 403 }) => {
  const [method = '', template = ''] = route.split(' ')
  const path = template.replaceAll(/[A-Z]+/g, (name) => ids[name] ?? name)
  for (const [name, credential] of Object.entries(credentials)) {
    const answer = await ask(credential, method, path, { ...needed[route], ...set })
    const code = refused === 403 ? expect.stringMatching(/^(forbidden|insufficient_scope)$/) : 'bad_request'
    expect([name, ...outcome(answer)]).toEqual([name, refused, code])
  }
})

test('nobody else names another person as a key’s owner', async () => {
  const { id: user_id } = await colleague('member')
  for (const [name, credential] of Object.entries(credentials)) {
    const body = { name: 'A key', scopes: [], organization_id: stage.ours.id, user_id }
    expect([name, ...outcome(await ask(credential, 'POST', '/v1/keys', body))]).toEqual([name, 403, 'forbidden'])
  }
})

test('nobody gives a role above their own, by invitation, by change or by oneself', async () => {
  const invite = (credential: Pick<TestKey, 'key'>, role: MemberRole) =>
    ask(credential, 'POST', `/v1/organizations/${stage.ours.id}/invitations`, {
      email: `${crypto.randomUUID()}@example.com`,
      role,
    })
  const promote = (credential: Pick<TestKey, 'key'>, userId: string, role: MemberRole) =>
    ask(credential, 'PATCH', `/v1/organizations/${stage.ours.id}/members/${userId}`, { role })
  for (const [role, above] of [
    ['member', ['member', 'admin', 'owner']],
    ['admin', ['admin', 'owner']],
  ] as const) {
    const person = await colleague(role)
    const key = await keyOf(person.id, ['organizations:write'])
    const other = await colleague('member')
    for (const wish of above) {
      expect([wish, ...outcome(await invite(key, wish))]).toEqual([wish, 403, 'forbidden'])
      if (wish === role) continue
      expect([wish, ...outcome(await promote(key, person.id, wish))]).toEqual([wish, 403, 'forbidden'])
      expect([wish, ...outcome(await promote(key, other.id, wish))]).toEqual([wish, 403, 'forbidden'])
    }
  }
})
