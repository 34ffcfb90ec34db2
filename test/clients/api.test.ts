/** Clients over HTTP: what a customer registers, what an administrator does, and that no credential makes a broader one. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tokenRequest } from '../oidc/endpoints.ts'
import {
  addAdministratorKey,
  addApiKey,
  addMember,
  addOrganization,
  addResource,
  type CallOptions,
  type TestKey,
} from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import { addClient, addPerson, startTestServer, type TestServer } from '../support/server.ts'
import { askAt, machine, metadata, registeredAt, shape, type Answer, type Shown } from './over-http.ts'

let server: TestServer
let platform: TestKey
/** Of a service account, which counts as an administrator of its organization. */
let customer: TestKey
/** Of a plain member of the same organization. */
let member: TestKey
let stranger: TestKey
beforeAll(async () => {
  server = await startTestServer()
  await addResource(server, 'reports', { 'reports:read': 'anyone', 'reports:write': 'anyone' })
  platform = await addAdministratorKey(server)
  const scopes = ['clients:read', 'clients:write', 'reports:read']
  customer = await addApiKey(server, { scopes })
  const person = await addPerson(server)
  await addMember(server, customer.organizationId, person.id)
  member = await addApiKey(server, { scopes, organizationId: customer.organizationId, userId: person.id })
  stranger = await addApiKey(server, { scopes })
  await eventually(async () => {
    const { status } = await ask(platform, 'POST', '/v1/clients', { ...metadata, scope: 'reports:read' })
    if (status !== 201) throw new Error('the resource is not heard of yet')
  })
})
afterAll(() => server[Symbol.asyncDispose]())

const ask = (key: TestKey, method: string, path: string, body?: unknown, options: CallOptions = {}) =>
  askAt(server, key, method, path, body, options)
const registered = (key: TestKey, fields: object = metadata) => registeredAt(server, key, fields)

const said = ({ status, body }: Answer) => ({ status, body: { ...body, request_id: '' } })
const byItself = ({ client_id: id, secret }: Shown, scope = 'reports:read') =>
  tokenRequest(server, { id, secret }, { grant_type: 'client_credentials', scope })

describe('a customer', () => {
  test('registers a client of its organization, which no administrator vouches for', async () => {
    const { status, body } = await ask(customer, 'POST', '/v1/clients', metadata)
    expect(status).toBe(201)
    expect(body).toMatchObject({
      ...metadata,
      grant_types: ['authorization_code', 'refresh_token'],
      origin: 'self_registered',
      verified: false,
      organization_id: customer.organizationId,
      limit_per: 'client',
      grantable_scopes: [],
      disabled: false,
    })
    expect(body.id).toBe(body.client_id)
    expect(body.secret).toMatch(/^kgcs_/)
    const { secret, ...rest } = body
    expect((await ask(customer, 'GET', `/v1/clients/${body.id}`)).body).toEqual(rest)
    expect(JSON.stringify((await ask(customer, 'GET', '/v1/clients')).body)).not.toContain(secret)
  })

  test('gets the same client and secret by the same Idempotency-Key, and no secret once that was deleted', async () => {
    const headers = { 'idempotency-key': 'register-once' }
    const first = await ask(customer, 'POST', '/v1/clients', metadata, { headers })
    const again = await ask(customer, 'POST', '/v1/clients', metadata, { headers })
    expect(again.body).toEqual(first.body)
    const { data } = (await ask(customer, 'GET', `/v1/clients/${first.body.id}/secrets`)).body
    await ask(customer, 'DELETE', `/v1/clients/${first.body.id}/secrets/${data[0]?.id}`)
    const later = await ask(customer, 'POST', '/v1/clients', metadata, { headers })
    expect(later.body).toEqual({ ...first.body, secret: null })
  })

  test('learns every fault of what it registers', async () => {
    const fields = { redirect_uris: ['http://app.example.com'], client_secret: 'mine', contacts: ['x'] }
    const answer = await ask(customer, 'POST', '/v1/clients', fields)
    expect(shape(answer)).toEqual([400, 'bad_request', '/redirect_uris/0', '/contacts/0', '/client_secret'])
    const contradiction = { ...metadata, grant_types: ['refresh_token'] }
    expect(shape(await ask(customer, 'POST', '/v1/clients', contradiction))).toEqual([
      400,
      'bad_request',
      '/grant_types',
    ])
    const unknown = { ...metadata, scope: 'openid nothing:read' }
    expect(shape(await ask(customer, 'POST', '/v1/clients', unknown))).toEqual([400, 'bad_request', '/scope'])
  })

  test.for([
    ['verified', true],
    ['pkce_exempt', true],
    ['introspects', ['https://api.example.com/reports']],
    ['tier', 'enterprise'],
    ['limit_per', 'client_and_subject'],
    ['grantable_scopes', ['reports:read']],
  ] as const)('can not set %s, neither at once nor later', async ([field, value]) => {
    const { id } = await registered(customer)
    for (const answer of [
      await ask(customer, 'POST', '/v1/clients', { ...metadata, [field]: value }),
      await ask(customer, 'PATCH', `/v1/clients/${id}`, { [field]: value }),
    ]) {
      expect(shape(answer)).toEqual([403, 'forbidden'])
      expect(answer.body['detail']).toContain(field)
    }
  })

  test('can not give a client to another organization', async () => {
    const { id } = await registered(customer)
    const foreign = { organization_id: stranger.organizationId }
    expect(shape(await ask(customer, 'POST', '/v1/clients', { ...metadata, ...foreign }))).toEqual([404, 'not_found'])
    expect(shape(await ask(customer, 'PATCH', `/v1/clients/${id}`, foreign))).toEqual([403, 'forbidden'])
  })

  test('changes what it registered: null takes away, and what it does not name stays', async () => {
    const { id, secret, ...before } = await registered(customer, { ...metadata, client_uri: 'https://app.example.com' })
    expect(secret).not.toBeNull()
    const { status, body } = await ask(customer, 'PATCH', `/v1/clients/${id}`, {
      client_name: 'Renamed',
      client_uri: null,
      scope: 'openid reports:read',
    })
    expect(status).toBe(200)
    const { client_uri: _, ...rest } = before
    expect(body).toEqual({
      ...rest,
      id,
      client_name: 'Renamed',
      scope: 'openid reports:read',
      updated_at: body['updated_at'],
    })
    const events = await server.db.auditEvent.findMany({ where: { targetId: id, type: 'client.updated' } })
    expect(events.map(({ data }) => (data as { changed: string[] }).changed.toSorted())).toEqual([
      ['client_uri', 'name', 'scope'],
    ])
  })

  test('disables its client, which gets no token from then on, and enables it', async () => {
    const client = await registered(customer, machine)
    expect((await byItself(client)).status).toBe(200)
    const off = await ask(customer, 'PATCH', `/v1/clients/${client.id}`, { disabled: true })
    expect(off).toMatchObject({ status: 200, body: { disabled: true } })
    await eventually(async () => expect((await byItself(client)).status).toBe(401))
    expect((await ask(customer, 'PATCH', `/v1/clients/${client.id}`, { disabled: false })).body['disabled']).toBe(false)
    await eventually(async () => expect((await byItself(client)).status).toBe(200))
  })

  test('deletes its client once', async () => {
    const client = await registered(customer, machine)
    expect((await ask(customer, 'DELETE', `/v1/clients/${client.id}`)).status).toBe(204)
    expect((await ask(customer, 'DELETE', `/v1/clients/${client.id}`)).status).toBe(404)
    await eventually(async () => expect((await byItself(client)).status).toBe(401))
  })

  test('ends the secrets of a client that is to prove itself without one', async () => {
    const { id } = await registered(customer)
    await ask(customer, 'PATCH', `/v1/clients/${id}`, { token_endpoint_auth_method: 'none' })
    expect((await ask(customer, 'GET', `/v1/clients/${id}/secrets`)).body.data).toEqual([])
    expect(shape(await ask(customer, 'POST', `/v1/clients/${id}/secrets`))).toEqual([409, 'conflict'])
  })
})

describe('no credential makes a broader one', () => {
  const missing = (answer: Answer) => [answer.status, answer.body['code'], answer.body['missing_scopes']]

  test('by a client that gets tokens by itself', async () => {
    const broad = { ...machine, scope: 'reports:read reports:write keys:write' }
    const refused = [403, 'insufficient_scope', ['reports:write', 'keys:write']]
    expect(missing(await ask(customer, 'POST', '/v1/clients', broad))).toEqual(refused)
    const { id } = await registered(customer, machine)
    expect(missing(await ask(customer, 'PATCH', `/v1/clients/${id}`, { scope: broad.scope }))).toEqual(refused)
  })

  test('by one that is registered for no scope in particular', async () => {
    const { scope: _, ...open } = machine
    expect((await ask(customer, 'POST', '/v1/clients', open)).body['code']).toBe('insufficient_scope')
    const { id } = await registered(customer, machine)
    expect((await ask(customer, 'PATCH', `/v1/clients/${id}`, { scope: null })).body['code']).toBe('insufficient_scope')
    const person = await registered(customer, metadata)
    const both = { grant_types: ['authorization_code', 'client_credentials'] }
    expect((await ask(customer, 'PATCH', `/v1/clients/${person.id}`, both)).body['code']).toBe('insufficient_scope')
  })

  test('by a secret for a client that may do more', async () => {
    const attributes = { organization_id: customer.organizationId }
    const broad = await registered(platform, { ...machine, scope: 'keys:write', ...attributes })
    expect(missing(await ask(customer, 'POST', `/v1/clients/${broad.id}/secrets`))).toEqual([
      403,
      'insufficient_scope',
      ['keys:write'],
    ])
    const narrow = await registered(platform, { ...machine, ...attributes })
    expect((await ask(customer, 'POST', `/v1/clients/${narrow.id}/secrets`)).status).toBe(201)
  })

  test('by what an administrator lets keys of a client have', async () => {
    const narrow = await addAdministratorKey(server, { grantableScopes: [], scopes: ['admin:clients:write'] })
    const grantable = (scope: string) => ask(narrow, 'POST', '/v1/clients', { ...metadata, grantable_scopes: [scope] })
    expect(missing(await grantable('reports:read'))).toEqual([403, 'insufficient_scope', ['reports:read']])
    expect(missing(await grantable('*'))).toEqual([403, 'insufficient_scope', ['*']])
    expect((await grantable('admin:clients:write')).status).toBe(201)
  })

  test('an organization’s administrators can not change what an administrator of the platform vouches for', async () => {
    const { id } = await registered(platform, { ...metadata, verified: true, organization_id: customer.organizationId })
    const moved = { redirect_uris: ['https://elsewhere.example.com'] }
    expect(shape(await ask(customer, 'PATCH', `/v1/clients/${id}`, moved))).toEqual([403, 'forbidden'])
    expect((await ask(customer, 'PATCH', `/v1/clients/${id}`, { disabled: true })).status).toBe(200)
  })

  test('a client that a customer registered gets no administrators’ scope, whatever it is registered for', async () => {
    const { id, secret } = await registered(customer, { ...metadata, scope: 'openid admin:keys:write' })
    const alone = await tokenRequest(
      server,
      { id, secret },
      { grant_type: 'client_credentials', scope: 'admin:keys:write' },
    )
    expect(alone.status).toBe(400)
    expect((await ask(customer, 'GET', `/v1/clients/${id}`)).body['origin']).toBe('self_registered')
  })
})

describe('a member', () => {
  test('sees the clients of the organization, and changes none', async () => {
    const { id } = await registered(customer)
    expect((await ask(member, 'GET', `/v1/clients/${id}`)).status).toBe(200)
    expect((await ask(member, 'GET', '/v1/clients')).body.data.map((one) => one.id)).toContain(id)
    for (const [method, path, body] of [
      ['POST', '/v1/clients', { ...metadata, organization_id: customer.organizationId }],
      ['PATCH', `/v1/clients/${id}`, { client_name: 'Mine' }],
      ['DELETE', `/v1/clients/${id}`, undefined],
      ['POST', `/v1/clients/${id}/secrets`, {}],
      ['DELETE', `/v1/clients/${id}/secrets/sec_x`, undefined],
    ] as const) {
      expect(shape(await ask(member, method, path, body))).toEqual([403, 'forbidden'])
    }
  })
})

test('another organization’s client is answered exactly like one that is not there', async () => {
  const { id } = await registered(customer)
  expect((await ask(stranger, 'GET', '/v1/clients')).body.data).toEqual([])
  expect((await ask(stranger, 'GET', `/v1/clients?organization_id=${customer.organizationId}`)).body.data).toEqual([])
  for (const [method, path, body] of [
    ['GET', '', undefined],
    ['PATCH', '', { client_name: 'Mine' }],
    ['PATCH', '', { verified: true }],
    ['DELETE', '', undefined],
    ['GET', '/secrets', undefined],
    ['POST', '/secrets', {}],
    ['DELETE', '/secrets/sec_x', undefined],
  ] as const) {
    const [foreign, absent] = [
      await ask(stranger, method, `/v1/clients/${id}${path}`, body),
      await ask(stranger, method, `/v1/clients/cli_x${path}`, body),
    ]
    expect(foreign.status).toBe(404)
    expect(said(foreign)).toEqual(said(absent))
  }
})

describe('an administrator', () => {
  test('sets what only administrators set, and sees the clients of everybody', async () => {
    const organizationId = await addOrganization(server)
    const attributes = {
      verified: true,
      pkce_exempt: true,
      introspects: ['https://api.example.com/reports', `${server.url}/v1`],
      tier: 'pro',
      limit_per: 'client_and_subject',
      grantable_scopes: ['*'],
      organization_id: organizationId,
    }
    const made = await registered(platform, { ...metadata, ...attributes })
    expect(made).toMatchObject({ ...attributes, origin: 'administrator' })
    const other = { ...attributes, tier: null, verified: false, organization_id: null, limit_per: 'client' }
    expect((await ask(platform, 'PATCH', `/v1/clients/${made.id}`, other)).body).toMatchObject(other)
    const foreign = await registered(customer)
    const { data } = (await ask(platform, 'GET', '/v1/clients?limit=200')).body
    expect(data.map(({ id }) => id)).toEqual(expect.arrayContaining([made.id, foreign.id]))
    const filtered = await ask(platform, 'GET', `/v1/clients?organization_id=${customer.organizationId}&limit=200`)
    expect(new Set(filtered.body.data.map((one) => one['organization_id']))).toEqual(new Set([customer.organizationId]))
  })

  test('gives a client the slug by which files know it, which is that of one alone', async () => {
    const made = await registered(platform, { ...metadata, slug: 'dashboard' })
    expect(made).toMatchObject({ slug: 'dashboard' })
    const found = await ask(platform, 'GET', '/v1/clients?slug=dashboard')
    expect(found.body.data.map(({ id }) => id)).toEqual([made.id])
    const other = await registered(platform)
    const taken = [409, 'conflict', '/slug']
    expect(shape(await ask(platform, 'PATCH', `/v1/clients/${other.id}`, { slug: 'dashboard' }))).toEqual(taken)
    expect(shape(await ask(platform, 'POST', '/v1/clients', { ...metadata, slug: 'dashboard' }))).toEqual(taken)
    await ask(platform, 'PATCH', `/v1/clients/${made.id}`, { slug: null })
    expect((await ask(platform, 'PATCH', `/v1/clients/${other.id}`, { slug: 'dashboard' })).status).toBe(200)
  })

  test('is told what is not there', async () => {
    const fields = { introspects: ['urn:x'], tier: 'x', grantable_scopes: ['x:read'], organization_id: 'org_x' }
    expect(shape(await ask(platform, 'POST', '/v1/clients', { ...metadata, ...fields }))).toEqual([
      400,
      'bad_request',
      '/organization_id',
      '/tier',
      '/introspects/0',
      '/grantable_scopes/0',
    ])
  })

  test('changes a client that names what has gone since', async () => {
    const client = await addClient(server, { scope: 'openid gone:read' }, { tier: 'gone' })
    const renamed = await ask(platform, 'PATCH', `/v1/clients/${client.id}`, { client_name: 'Renamed' })
    expect(renamed).toMatchObject({
      status: 200,
      body: { client_name: 'Renamed', tier: 'gone', scope: 'openid gone:read' },
    })
  })
})
