/** No credential makes a broader one: each way in which one could, tried. */
import { generateKeyPair, exportJWK } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addServiceAccount, type Reply } from '../support/api.ts'
import { addClient } from '../support/server.ts'
import { eventually } from '../support/eventually.ts'
import {
  addCustomer,
  everyScope,
  openIsolationStage,
  outcome,
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

const administratorAccount = () => addServiceAccount(stage.server, stage.ours.id, { administrator: true })
const wanted = { name: 'A key' }

describe('of every scope that there is, it gives those that it has:', () => {
  const held = ['keys:write', 'clients:write', 'reports:read']
  const resources = ['reports:read', 'reports:write', 'reports:audit', 'reports:purge', 'exports:run']
  /** Which of them are accepted, tried one by one. */
  const accepted = async (attempt: (scope: string) => Promise<Reply>) => {
    const given: string[] = []
    for (const scope of [...everyScope, ...resources]) {
      const { status, body } = await attempt(scope)
      if (status < 300) given.push(scope)
      else expect([scope, status, body['code']]).toEqual([scope, 403, 'insufficient_scope'])
    }
    return given
  }
  const who = {
    'a key': async () => (await keyOf(stage.ours.admin.id, held)).key,
    'a client': () => tokenOfClient(stage.server, stage.ours, ['keys:write', 'clients:write']),
    'a person’s token': () => tokenOfPerson(stage.server, stage.ours.admin, ['keys:write', 'clients:write']),
  }

  test.for(Object.keys(who) as (keyof typeof who)[])('%s, to keys that it makes and changes', async (name) => {
    const credential = await who[name]()
    const mine = name === 'a key' ? held : ['keys:write', 'clients:write']
    const organization_id = stage.ours.id
    const make = (scope: string) => ask(credential, 'POST', '/v1/keys', { ...wanted, scopes: [scope], organization_id })
    expect((await accepted(make)).toSorted()).toEqual(mine.toSorted())
    const change = async (scope: string) => {
      const { id } = await keyOf(null, [])
      return ask(credential, 'PATCH', `/v1/keys/${id}`, { scopes: [scope] })
    }
    expect((await accepted(change)).toSorted()).toEqual(mine.toSorted())
  })

  test.for(Object.keys(who) as (keyof typeof who)[])('%s, to clients that get tokens by themselves', async (name) => {
    const credential = await who[name]()
    const mine = name === 'a key' ? held : ['keys:write', 'clients:write']
    const machine = { client_name: 'Machine', grant_types: ['client_credentials'], organization_id: stage.ours.id }
    const register = (scope: string) => ask(credential, 'POST', '/v1/clients', { ...machine, scope })
    expect((await accepted(register)).toSorted()).toEqual(mine.toSorted())
    const metadata = { grant_types: ['client_credentials'], redirect_uris: undefined, scope: 'keys:write' }
    const own = { organization_id: stage.ours.id }
    const change = async (scope: string) => {
      const { id } = await addClient(stage.server, metadata, own, 'self_registered')
      return ask(credential, 'PATCH', `/v1/clients/${id}`, { scope })
    }
    expect((await accepted(change)).toSorted()).toEqual(mine.toSorted())
    const draw = async (scope: string) => {
      const { id } = await addClient(stage.server, { ...metadata, scope }, own)
      return ask(credential, 'POST', `/v1/clients/${id}/secrets`, {})
    }
    expect((await accepted(draw)).toSorted()).toEqual(mine.toSorted())
  })

  test('and takes over keys that have no more', async () => {
    const { key } = await keyOf(stage.ours.admin.id, held)
    const rotate = async (scope: string) => ask(key, 'POST', `/v1/keys/${(await keyOf(null, [scope])).id}/rotate`, {})
    expect((await accepted(rotate)).toSorted()).toEqual(held.toSorted())
    const grantable = async (scope: string) =>
      ask(key, 'POST', `/v1/keys/${(await keyOf(null, [], { grantableScopes: [scope] })).id}/rotate`, {})
    expect((await accepted(grantable)).toSorted()).toEqual(held.toSorted())
  })
})

describe('a rotation', () => {
  test('never widens, neither another’s nor one’s own', async () => {
    const other = await keyOf(null, ['keys:read'])
    const admin = await keyOf(stage.ours.admin.id, ['keys:read', 'keys:write', 'keys:rotate'])
    const within = { scopes: ['keys:read', 'keys:write'] }
    expect(outcome(await ask(admin, 'POST', `/v1/keys/${other.id}/rotate`, within))).toEqual([400, 'bad_request'])
    const wider = { scopes: ['keys:read', 'keys:write', 'keys:rotate', 'reports:read'] }
    expect(outcome(await ask(admin, 'POST', `/v1/keys/${other.id}/rotate`, wider))).toEqual([403, 'insufficient_scope'])
    expect(outcome(await ask(admin, 'POST', `/v1/keys/${admin.id}/rotate`, wider))).toEqual([400, 'bad_request'])
    expect(outcome(await ask(admin, 'POST', '/v1/keys/self/rotate', wider))).toEqual([400, 'bad_request'])
  })

  // Whoever rotates a key has a credential that acts for its owner.
  const roles = ['member', 'admin', 'owner'] as const
  test.for([
    ['admin', { member: 200, admin: 200, owner: 403 }],
    ['owner', { member: 200, admin: 200, owner: 200 }],
    ['service', { member: 200, admin: 200, owner: 403 }],
    ['client', { member: 200, admin: 200, owner: 403 }],
    ['platform', { member: 200, admin: 200, owner: 200 }],
  ] as const)('by %s gives nobody the role of somebody above', async ([by, table]) => {
    const scopes = ['keys:write', 'organizations:write']
    const credential = {
      admin: async () => (await keyOf((await colleague('admin')).id, scopes)).key,
      owner: async () => (await keyOf((await colleague('owner')).id, scopes)).key,
      service: async () => (await keyOf(null, scopes)).key,
      client: () => tokenOfClient(stage.server, stage.ours, scopes),
      platform: () => Promise.resolve(stage.platform.key),
    }
    const rotating = await credential[by]()
    for (const role of roles) {
      const { id } = await keyOf((await colleague(role)).id, scopes)
      expect([role, (await ask(rotating, 'POST', `/v1/keys/${id}/rotate`, {})).status]).toEqual([role, table[role]])
    }
  })

  // What stands behind a gateway may go by the person alone, whatever the key's scopes.
  test.for([
    ['admin', 403],
    ['owner', 403],
    ['service', 403],
    ['client', 403],
    ['administrator', 200],
    ['platform', 200],
  ] as const)(
    'by %s gives nobody what acts for an administrator of the platform above them',
    async ([by, expected]) => {
      const scopes = ['keys:write']
      const credential = {
        admin: async () => (await keyOf((await colleague('admin')).id, scopes)).key,
        owner: async () => (await keyOf((await colleague('owner')).id, scopes)).key,
        service: async () => (await keyOf(null, scopes)).key,
        client: () => tokenOfClient(stage.server, stage.ours, scopes),
        administrator: async () => (await keyOf((await colleague('admin', { administrator: true })).id, scopes)).key,
        platform: () => Promise.resolve(stage.platform.key),
      }
      const rotating = await credential[by]()
      const member = await colleague('member', { administrator: true })
      const serviceAccountId = await administratorAccount()
      for (const { id } of [await keyOf(member.id, []), await keyOf(null, [], { serviceAccountId })]) {
        expect((await ask(rotating, 'POST', `/v1/keys/${id}/rotate`, {})).status).toBe(expected)
        expect((await ask(rotating, 'POST', `/v1/keys/${id}/revoke`)).status).toBe(200)
      }
      const theirs = { ...wanted, service_account_id: serviceAccountId, organization_id: stage.ours.id, scopes: [] }
      expect((await ask(rotating, 'POST', '/v1/keys', theirs)).status).toBe(expected === 200 ? 201 : 403)
    },
  )

  test('by an administrator of the platform renews their own keys, also with a narrow one', async () => {
    const { id: person } = await colleague('member', { administrator: true })
    const [one, other] = [await keyOf(person, ['keys:write', 'keys:rotate']), await keyOf(person, [])]
    expect((await ask(one, 'POST', `/v1/keys/${other.id}/rotate`, {})).status).toBe(200)
    expect((await ask(one, 'POST', `/v1/keys/${one.id}/rotate`, {})).status).toBe(200)
  })

  test('by whoever has it is no matter of roles: an owner’s key rotates itself', async () => {
    const own = await keyOf((await colleague('owner')).id, ['keys:write', 'keys:rotate'])
    expect((await ask(own, 'POST', `/v1/keys/${own.id}/rotate`, {})).status).toBe(200)
  })
})

describe('what an administrator let a key give besides', () => {
  const besides = ['*', 'admin:keys:write', 'reports:purge']

  /** Somebody who was an administrator of the platform, and still is one of the customer's organization. */
  async function demoted() {
    const person = await colleague('admin', { administrator: true })
    const key = await keyOf(person.id, ['keys:write', 'clients:write', 'admin:keys:read'], { grantableScopes: besides })
    return {
      key,
      async demote() {
        await stage.server.db.user.update({ where: { id: person.id }, data: { administrator: false } })
        await stage.tell('user', person.id)
        await eventually(async () => {
          const { status } = await ask(key, 'GET', '/v1/keys')
          expect(status).toBe(403)
        })
      },
    }
  }

  test.for(['admin:keys:write', 'reports:purge'])('goes no further than its owner’s rights now: %s', async (scope) => {
    const { key, demote } = await demoted()
    const service_account_id = await administratorAccount()
    const issue = () => ask(key, 'POST', '/v1/keys', { ...wanted, scopes: [scope], service_account_id })
    const change = async () => {
      const { id } = await keyOf(null, [], { serviceAccountId: service_account_id })
      return ask(key, 'PATCH', `/v1/keys/${id}`, { scopes: [scope] })
    }
    const rotate = async () => {
      const { id } = await keyOf(null, [scope], { serviceAccountId: service_account_id })
      return ask(key, 'POST', `/v1/keys/${id}/rotate`, {})
    }
    const machine = { grant_types: ['client_credentials'], redirect_uris: undefined, scope }
    const draw = async () => {
      const { id } = await addClient(stage.server, machine, { organization_id: stage.ours.id })
      return ask(key, 'POST', `/v1/clients/${id}/secrets`, {})
    }
    const all = async () => [await issue(), await change(), await rotate(), await draw()].map(({ status }) => status)
    expect(await all()).toEqual([201, 200, 200, 201])
    await demote()
    expect(await all()).toEqual([403, 403, 403, 403])
    // What anyone may have it still gives.
    const anyones = { ...wanted, scopes: ['exports:run'], organization_id: stage.ours.id }
    expect((await ask(key, 'POST', '/v1/keys', anyones)).status).toBe(201)
  })

  test('is not taken over with a client of which that was said', async () => {
    const admin = await keyOf(stage.ours.admin.id, ['keys:write', 'clients:write'])
    const machine = { grant_types: ['client_credentials'], redirect_uris: undefined, scope: 'keys:write' }
    const attributes = { organization_id: stage.ours.id, grantable_scopes: ['*'] }
    const client = await addClient(stage.server, machine, attributes, 'self_registered')
    const person = await addClient(stage.server, {}, attributes, 'self_registered')
    const { publicKey } = await generateKeyPair('ES256')
    const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: '1', alg: 'ES256', use: 'sig' }] }
    const own = { token_endpoint_auth_method: 'private_key_jwt', jwks }
    for (const { id } of [client, person]) {
      const drawn = await ask(admin, 'POST', `/v1/clients/${id}/secrets`, {})
      expect([...outcome(drawn), drawn.body['missing_scopes']]).toEqual([403, 'insufficient_scope', ['*']])
      expect(outcome(await ask(admin, 'PATCH', `/v1/clients/${id}`, own))).toEqual([403, 'insufficient_scope'])
      expect((await ask(admin, 'PATCH', `/v1/clients/${id}`, { client_name: 'Renamed' })).status).toBe(200)
    }
  })
})

describe('what a narrower credential can’t give it doesn’t bring back either:', () => {
  const far = () => new Date(Date.now() + 20 * 86_400_000)
  const narrow = () => keyOf(stage.ours.admin.id, ['keys:read', 'keys:write', 'clients:write', 'organizations:write'])

  interface Wish {
    does: string
    before: Parameters<IsolationStage['keyOf']>[2]
    change: object
    expected: number
  }
  const two = ['10.0.0.1', '10.0.0.2']
  const one = ['10.0.0.1']
  const wishes: Wish[] = [
    { does: 'to enable it', before: { disabledAt: new Date() }, change: { disabled: false }, expected: 403 },
    { does: 'to disable it', before: {}, change: { disabled: true }, expected: 200 },
    { does: 'from anywhere', before: { allowedIps: one }, change: { allowed_ips: [] }, expected: 403 },
    { does: 'from one address more', before: { allowedIps: one }, change: { allowed_ips: two }, expected: 403 },
    { does: 'from fewer addresses', before: { allowedIps: two }, change: { allowed_ips: one }, expected: 200 },
    { does: 'from somewhere only', before: {}, change: { allowed_ips: one }, expected: 200 },
    { does: 'for longer', before: { expiresAt: far() }, change: { expires_in: 40 * 86_400 }, expected: 403 },
    { does: 'for shorter', before: { expiresAt: far() }, change: { expires_in: 86_400 }, expected: 200 },
    { does: 'under another name', before: {}, change: { name: 'Renamed' }, expected: 200 },
  ]

  test.for(wishes)('a key, $does', async ({ before, change, expected }) => {
    const broad = await keyOf(null, ['reports:read'], before)
    expect((await ask(await narrow(), 'PATCH', `/v1/keys/${broad.id}`, change)).status).toBe(expected)
    const equal = await keyOf(stage.ours.admin.id, ['keys:write', 'reports:read'])
    expect((await ask(equal, 'PATCH', `/v1/keys/${broad.id}`, change)).status).toBe(200)
  })

  test('a key itself is as broad as it is', async () => {
    const own = await keyOf(null, ['keys:write', 'reports:gone'], { expiresAt: far() })
    expect((await ask(own, 'PATCH', `/v1/keys/${own.id}`, { expires_in: 40 * 86_400 })).status).toBe(200)
  })

  test('a client', async () => {
    const machine = { grant_types: ['client_credentials'], redirect_uris: undefined, scope: 'reports:read' }
    const { id } = await addClient(stage.server, machine, { organization_id: stage.ours.id })
    const admin = await narrow()
    expect((await ask(admin, 'PATCH', `/v1/clients/${id}`, { disabled: true })).status).toBe(200)
    expect(outcome(await ask(admin, 'PATCH', `/v1/clients/${id}`, { disabled: false }))).toEqual([
      403,
      'insufficient_scope',
    ])
    const equal = await keyOf(stage.ours.admin.id, ['clients:write', 'reports:read'])
    expect((await ask(equal, 'PATCH', `/v1/clients/${id}`, { disabled: false })).status).toBe(200)
  })

  test('an administrator’s service account, by whoever administers its organization alone', async () => {
    const path = `/v1/organizations/${stage.ours.id}/service-accounts`
    const admin = await narrow()
    const [high, low] = [await administratorAccount(), await addServiceAccount(stage.server, stage.ours.id)]
    for (const id of [high, low]) {
      expect((await ask(admin, 'PATCH', `${path}/${id}`, { disabled: true })).status).toBe(200)
    }
    expect(outcome(await ask(admin, 'PATCH', `${path}/${high}`, { disabled: false }))).toEqual([403, 'forbidden'])
    expect((await ask(admin, 'PATCH', `${path}/${low}`, { disabled: false })).status).toBe(200)
    expect((await ask(stage.platform, 'PATCH', `${path}/${high}`, { disabled: false })).status).toBe(200)
  })
})

test('a key for a service account of another customer is refused as for one that never was', async () => {
  const theirs = await addCustomer(stage.server)
  const { key } = await keyOf(stage.ours.admin.id, ['keys:write'])
  const answers: unknown[] = []
  for (const service_account_id of [
    await addServiceAccount(stage.server, theirs.id),
    'svc_00000000000000000000000000',
  ]) {
    const { status, body } = await ask(key, 'POST', '/v1/keys', { ...wanted, scopes: [], service_account_id })
    answers.push([status, body['code'], (body['detail'] as string).replace(service_account_id, '…')])
  }
  expect(answers[0]).toEqual(answers[1])
  expect(answers[0]).toEqual([404, 'not_found', 'The organization has no service account ….'])
})
