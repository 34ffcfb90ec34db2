/** Revocation can't be outrun: what is changed at one node holds on every other, whatever that one has in memory. */
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { systemContext } from '../../src/audit/record.ts'
import { endAccess } from '../../src/oidc/sessions/end-access.ts'
import { disableUser, enableUser } from '../../src/users/disable.ts'
import { revokeAdministration } from '../../src/users/revoke-administration.ts'
import {
  addAdministratorKey,
  addApiKey,
  addMember,
  addOrganization,
  addResource,
  addServiceAccount,
  call,
  type CallOptions,
  type Reply,
  type TestKey,
} from '../support/api.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { openDatabaseProxy, type DatabaseProxy } from '../support/database-proxy.ts'
import { eventually } from '../support/eventually.ts'
import { addPerson, startTestServer, type TestServer } from '../support/server.ts'

let database: TestDatabase
let proxy: DatabaseProxy
/** Where things are changed, and where they are asked for; the other one is cut off from the database by and by. */
let one: TestServer
let two: TestServer
let admin: TestKey

beforeAll(async () => {
  database = await createTestDatabase()
  proxy = await openDatabaseProxy(database.url)
  one = await startTestServer({ databaseUrl: database.url, settings: { PUBLIC_URL: 'http://localhost:3998' } })
  two = await startTestServer({ databaseUrl: proxy.url, settings: { PUBLIC_URL: 'http://localhost:3998' } })
  await addResource(one, 'reports', {
    'reports:read': 'anyone',
    'reports:manage': 'org_admin',
    'reports:govern': 'administrator',
  })
  admin = await addAdministratorKey(one)
  const { key } = await addApiKey(one, { scopes: ['reports:read'] })
  await eventually(async () => {
    const { status } = await ask(key, 'reports:read')
    if (status !== 200) throw new Error(`the scope is not known yet: ${status}`)
  })
})
afterAll(async () => {
  await two[Symbol.asyncDispose]()
  await one[Symbol.asyncDispose]()
  await proxy[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})

/** At the other node. */
const ask = (key: string, scope = ''): Promise<Reply> =>
  call(`http://localhost:${two.running.port}`, 'GET', `/v1/check?scope=${scope}`, { key })
const codeOf = async (key: string, scope = '') => (await ask(key, scope)).headers['x-auth-code']

/** By the administrator, at the first node. */
async function change(method: string, path: string, body?: unknown): Promise<Reply> {
  const options: CallOptions = { key: admin.key, ...(body === undefined ? {} : { body }) }
  const answer = await call(`http://localhost:${one.running.port}`, method, path, options)
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
  return answer
}

const context = () => systemContext(one.clock)

/** A key of a member of a customer, known to both nodes. */
async function memberKey(role: 'owner' | 'admin' | 'member', scopes: string[], administrator = true) {
  const person = await addPerson(one, { administrator })
  const organizationId = await addOrganization(one)
  await addMember(one, organizationId, (await addPerson(one)).id, 'owner')
  await addMember(one, organizationId, person.id, role)
  return { person, ...(await addApiKey(one, { organizationId, userId: person.id, scopes })) }
}

describe('a key that the other node has in memory', () => {
  test('is dead there once it is revoked', async () => {
    const { key, id } = await addApiKey(one)
    expect(await codeOf(key)).toBe('valid')
    await change('POST', `/v1/keys/${id}/revoke`)
    await eventually(async () => expect(await codeOf(key)).toBe('revoked'))
  })

  test('is disabled there, and enabled', async () => {
    const { key, id } = await addApiKey(one)
    expect(await codeOf(key)).toBe('valid')
    await change('PATCH', `/v1/keys/${id}`, { disabled: true })
    await eventually(async () => expect(await codeOf(key)).toBe('disabled'))
    await change('PATCH', `/v1/keys/${id}`, { disabled: false })
    await eventually(async () => expect(await codeOf(key)).toBe('valid'))
  })

  test('loses a scope there', async () => {
    const { key, id } = await addApiKey(one, { scopes: ['reports:read'] })
    expect(await codeOf(key, 'reports:read')).toBe('valid')
    await change('PATCH', `/v1/keys/${id}`, { scopes: [] })
    await eventually(async () => expect(await codeOf(key, 'reports:read')).toBe('insufficient_scope'))
  })

  test('is bound there to the addresses that it got', async () => {
    const { key, id } = await addApiKey(one)
    expect(await codeOf(key)).toBe('valid')
    await change('PATCH', `/v1/keys/${id}`, { allowed_ips: ['192.0.2.1'] })
    await eventually(async () => expect(await codeOf(key)).toBe('ip_not_allowed'))
  })

  test('ends there without a grace when it is rotated so, and the new one works at once', async () => {
    const { key, id } = await addApiKey(one)
    expect(await codeOf(key)).toBe('valid')
    const { body } = await change('POST', `/v1/keys/${id}/rotate`, { grace_period: 0 })
    expect(await codeOf((body as { secret: string }).secret)).toBe('valid')
    await eventually(async () => expect(await codeOf(key)).toBe('expired'))
  })

  test('moves there with a change of tier, its own and its organization’s, and what was spent stays spent', async () => {
    const { key, id, organizationId } = await addApiKey(one)
    await ask(key)
    await change('PATCH', `/v1/organizations/${organizationId}`, { tier: 'pro' })
    await eventually(async () => expect((await ask(key)).headers['x-auth-tier']).toBe('pro'))
    const [, remaining = ''] = /"hour";r=(\d+)/.exec((await ask(key)).headers.ratelimit ?? '') ?? []
    expect(Number(remaining)).toBeLessThan(9_998)
    await change('PATCH', `/v1/keys/${id}`, { tier: 'enterprise' })
    await eventually(async () => expect((await ask(key)).headers['x-auth-tier']).toBe('enterprise'))
  })

  test('is limited there by what its tier was changed to', async () => {
    await change('PUT', '/v1/tiers/custom', { hour: 50, burst: { size: 50 } })
    const { key } = await addApiKey(one, { tier: 'custom' })
    await eventually(async () => expect((await ask(key)).headers['x-auth-tier']).toBe('custom'))
    await change('PUT', '/v1/tiers/custom', { hour: 70, burst: { size: 50 } })
    await eventually(async () => expect((await ask(key)).headers['x-ratelimit-limit']).toBe('70'))
  })

  test('loses there what its scope may be held by no more', async () => {
    const { key } = await memberKey('member', ['reports:read'], false)
    expect(await codeOf(key, 'reports:read')).toBe('valid')
    await change('PATCH', '/v1/resources/reports/scopes/reports:read', { grantable_by: 'org_admin' })
    await eventually(async () => expect(await codeOf(key, 'reports:read')).toBe('insufficient_scope'))
    await change('PATCH', '/v1/resources/reports/scopes/reports:read', { grantable_by: 'anyone' })
    await eventually(async () => expect(await codeOf(key, 'reports:read')).toBe('valid'))
  })
})

describe('an owner whose rights end', () => {
  test('by a demotion in the organization narrows the key', async () => {
    const { key, person, organizationId } = await memberKey('admin', ['reports:manage'], false)
    expect(await codeOf(key, 'reports:manage')).toBe('valid')
    await change('PATCH', `/v1/organizations/${organizationId}/members/${person.id}`, { role: 'member' })
    await eventually(async () => expect(await codeOf(key, 'reports:manage')).toBe('insufficient_scope'))
  })

  test('by the loss of the administrator role narrows the key', async () => {
    const { key, person } = await memberKey('member', ['reports:govern'])
    // Somebody has to be left.
    await addPerson(one, { administrator: true })
    expect(await codeOf(key, 'reports:govern')).toBe('valid')
    await revokeAdministration(one, person.email, context())
    await eventually(async () => expect(await codeOf(key, 'reports:govern')).toBe('insufficient_scope'))
  })

  test('by leaving the organization stops the key', async () => {
    const { key, person, organizationId } = await memberKey('member', [])
    expect(await codeOf(key)).toBe('valid')
    await change('DELETE', `/v1/organizations/${organizationId}/members/${person.id}`)
    await eventually(async () => expect(['disabled', 'revoked']).toContain(await codeOf(key)))
  })

  test('by being disabled stops the key, until enabled', async () => {
    const { key, person } = await memberKey('member', [])
    await addPerson(one, { administrator: true })
    expect(await codeOf(key)).toBe('valid')
    await disableUser({ ...one, endAccess }, { email: person.email }, context())
    await eventually(async () => expect(await codeOf(key)).toBe('disabled'))
    await enableUser(one, { email: person.email }, context())
    await eventually(async () => expect(await codeOf(key)).toBe('valid'))
  })

  test('a service account that is disabled stops its keys', async () => {
    const organizationId = await addOrganization(one)
    const serviceAccountId = await addServiceAccount(one, organizationId)
    const { key } = await addApiKey(one, { organizationId, serviceAccountId })
    expect(await codeOf(key)).toBe('valid')
    await change('PATCH', `/v1/organizations/${organizationId}/service-accounts/${serviceAccountId}`, {
      disabled: true,
    })
    await eventually(async () => expect(await codeOf(key)).toBe('disabled'))
  })

  test('an organization that is deleted takes its keys along', async () => {
    const { key, organizationId } = await addApiKey(one)
    expect(await codeOf(key)).toBe('valid')
    await change('DELETE', `/v1/organizations/${organizationId}`)
    await eventually(async () => expect(['not_found', 'revoked', 'disabled']).toContain(await codeOf(key)))
  })
})

describe('when the other node loses its connection', () => {
  test('a closed listener empties the memory at once: a revocation that it could not hear holds', async () => {
    const { key, id } = await addApiKey(one)
    expect(await codeOf(key)).toBe('valid')
    const held = two.running.inside.holders.figures.held
    expect(held).toBeGreaterThan(0)
    await one.pool.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'keygrant changes' AND datname = current_database()",
    )
    await change('POST', `/v1/keys/${id}/revoke`)
    await eventually(async () => expect(await codeOf(key)).toBe('revoked'))
  })

  test('with nothing heard, what it holds is served for a bounded time, and then the answer is 503 and never 401', async () => {
    const { key } = await addApiKey(one)
    await eventually(async () => {
      expect(await codeOf(key)).toBe('valid')
      expect(two.running.inside.holders.figures.held).toBeGreaterThan(0)
    })
    proxy.freeze()
    onTestFinished(() => proxy.thaw())
    expect(await codeOf(key)).toBe('valid')
    await eventually(async () => expect((await ask(key)).status).toBe(503))
    const blind = await ask(key)
    expect(blind).toMatchObject({
      status: 503,
      headers: { 'x-auth-code': 'unavailable', 'retry-after': expect.stringMatching(/^[1-9]/) as string },
    })
    expect(await call(`http://localhost:${two.running.port}`, 'GET', '/v1/check?on_outage=403', { key })).toMatchObject(
      { status: 403, headers: { 'x-auth-status': '503' } },
    )
    proxy.thaw()
    await eventually(async () => expect(await codeOf(key)).toBe('valid'))
  })

  test('with the database gone, a key in memory passes for a while, and one that is not is no 401', async () => {
    const [known, unknown] = [await addApiKey(one), await addApiKey(one)]
    await eventually(async () => expect(await codeOf(known.key)).toBe('valid'))
    await proxy.refuse()
    await eventually(async () => expect(await codeOf(unknown.key)).toBe('unavailable'))
    await proxy.restore()
    await eventually(async () => expect(await codeOf(unknown.key)).toBe('valid'))
  })
})

test('a key that was just issued is known everywhere at once, also where its like was refused before', async () => {
  const organizationId = await addOrganization(one)
  for (let tries = 0; tries < 20; tries++) {
    const { body } = await change('POST', '/v1/keys', {
      name: 'New',
      scopes: ['reports:read'],
      organization_id: organizationId,
    })
    expect(await codeOf((body as { secret: string }).secret, 'reports:read')).toBe('valid')
  }
})

test('a fill that an invalidation overtakes is not kept', async () => {
  for (let tries = 0; tries < 30; tries++) {
    const { key, id } = await addApiKey(one)
    // Read and revoked at the same moment, in every order.
    await Promise.all([ask(key), change('POST', `/v1/keys/${id}/revoke`), ask(key), ask(key)])
    await eventually(async () => expect(await codeOf(key)).toBe('revoked'))
  }
})
