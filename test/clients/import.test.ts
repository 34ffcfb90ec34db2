import { hash as bcrypt } from '@node-rs/bcrypt'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../../src/platform/ids.ts'
import { introspect, isActive, post, revoke, tokenRequest } from '../oidc/endpoints.ts'
import { openStage, type Stage } from '../oidc/stage.ts'
import { addAdministratorKey, addApiKey, addOrganization, call, caller } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import { tokensFor } from '../support/flow.ts'
import { reportsIdentifier } from '../support/server.ts'

let stage: Stage
let ask: ReturnType<typeof caller>
beforeAll(async () => {
  stage = await openStage()
  ask = caller(stage.server, (await addAdministratorKey(stage.server)).key)
})
afterAll(() => stage[Symbol.asyncDispose]())

interface Result {
  row: number
  outcome: string
  id?: string
  errors?: { path: string; code: string; message: string }[]
  warnings?: { path: string; code: string }[]
}

async function importRows(rows: unknown[], rest: object = {}): Promise<Result[]> {
  const { status, body } = await ask('POST', '/v1/clients/import', { body: { rows, ...rest } })
  expect([status, body]).toEqual([200, expect.anything()])
  return (body as { results: Result[] }).results
}

const faultsOf = ({ errors = [] }: Result) => errors.map(({ path, code }) => `${path}: ${code}`)

const machine = { grant_types: ['client_credentials'], scope: 'reports:read' }
const webApp = { client_name: 'Old app', redirect_uris: ['https://app.example.com/callback'] }
const own = { grant_type: 'client_credentials', scope: 'reports:read', resource: reportsIdentifier }

let count = 0
const name = () => `old-client-${(count += 1)}`

const tokenOf = (id: string, secret: string) => tokenRequest(stage.server, { id, secret }, own)
const secretsOf = (clientId: string) => stage.server.db.clientSecret.findMany({ where: { clientId } })

const secret = 'fBvAGQ0hYyz6cGTjV4pUVWHXUK8xqv2R'
const refused = { status: 401, body: { error: 'invalid_client' } }

describe('a client that was brought along', () => {
  test('proves itself with the secret that came in plain text, of which nothing rests', async () => {
    const id = name()
    expect(await importRows([{ client_id: id, ...machine, client_secret: secret }])).toEqual([
      { row: 0, outcome: 'created', id },
    ])
    const [resting] = await secretsOf(id)
    expect(resting).toMatchObject({ hint: secret.slice(-4), importedHash: null })
    expect(await tokenOf(id, secret)).toMatchObject({ status: 200 })
    expect(await tokenOf(id, 'another')).toMatchObject(refused)
  })

  test.each([
    ['bcrypt', 'seven lanterns and one boat', async (text: string) => bcrypt(text, 4)],
    [
      'PBKDF2, as Hydra keeps it',
      'lakeside walk in may',
      () =>
        Promise.resolve(
          '$pbkdf2-sha512$i=25000,l=32$MDEyMzQ1Njc4OWFiY2RlZg$hZTeySA3hEVlE00dc9S4u7qVzcZBzmihVkTwkPCkzgw',
        ),
    ],
  ])('proves itself with the secret of which the hash came, and then it is ours: %s', async (_, text, hashed) => {
    const id = name()
    const hash = await hashed(text)
    const [result] = await importRows([{ client_id: id, ...machine, client_secret_hash: hash }])
    expect(result).toMatchObject({ outcome: 'created', warnings: [{ code: 'weak_hash' }] })
    const [before] = await secretsOf(id)
    expect(before?.importedHash).toMatch(/^\$(?:2b|pbkdf2-sha512)\$/)
    // Whoever has read the table has no secret by it.
    for (const wrong of [
      hash,
      before?.importedHash ?? '',
      Buffer.from(before?.digest ?? []).toString('hex'),
      text + ' ',
    ]) {
      expect(await tokenOf(id, wrong)).toMatchObject(refused)
    }
    expect(await tokenOf(id, text)).toMatchObject({ status: 200 })
    const [after] = await secretsOf(id)
    expect(after).toMatchObject({ id: before?.id, importedHash: null, hint: text.slice(-4) })
    expect(Buffer.from(after?.digest ?? [])).toEqual(stage.server.secrets.digest('client_secret', text))
    expect(await tokenOf(id, text)).toMatchObject({ status: 200 })
    expect(await tokenOf(id, hash)).toMatchObject(refused)
  })

  test('does not make a secret of what bcrypt has not seen', async () => {
    const [id, seen] = [name(), 'a1'.repeat(36)]
    await importRows([{ client_id: id, ...machine, client_secret_hash: await bcrypt(seen, 4) }])
    expect(await tokenOf(id, `${seen}-typed-wrong`)).toMatchObject({ status: 200 })
    expect((await secretsOf(id))[0]?.importedHash).not.toBeNull()
    expect(await tokenOf(id, seen)).toMatchObject({ status: 200 })
    expect((await secretsOf(id))[0]?.importedHash).toBeNull()
  })

  test.each(['https://app.example.com/id', 'my client', `a:b/c%+{d}?e=f#g&h="i'@~`])(
    'keeps its client_id, whatever characters are in it: %s',
    async (id) => {
      const { server, person } = stage
      const acme = await addOrganization(server)
      const scope = 'openid reports:read'
      const grants = { grant_types: ['authorization_code', 'refresh_token', 'client_credentials'], scope }
      const ownSecret = `${secret}-${name()}`
      const row = { client_id: id, ...webApp, ...grants, client_secret: ownSecret, organization_id: acme }
      expect((await importRows([row]))[0]).toEqual({ row: 0, outcome: 'created', id })

      const path = `/v1/clients/${encodeURIComponent(id)}`
      expect(await ask('GET', path)).toMatchObject({ status: 200, body: { id, client_id: id, client_name: 'Old app' } })
      expect(await ask('PATCH', path, { body: { client_name: 'New name' } })).toMatchObject({ status: 200 })
      expect(await ask('POST', `${path}/secrets`, { body: {} })).toMatchObject({ status: 201 })
      const stranger = (await addApiKey(server, { scopes: ['clients:read', 'clients:write'] })).key
      for (const method of ['GET', 'DELETE']) {
        expect(await call(server.url, method, path, { key: stranger })).toMatchObject({ status: 404 })
      }

      const asBody = await post(server, '/oauth2/token', { ...own, client_id: id, client_secret: ownSecret })
      expect(asBody.status).toBe(200)
      const client = { id, secret: ownSecret }
      const token = (await tokenOf(id, ownSecret)).body['access_token'] as string
      expect(await introspect(server, client, token)).toMatchObject({ body: { active: true, client_id: id, sub: id } })
      const check = `/v1/check?resource=${encodeURIComponent(reportsIdentifier)}&scope=reports:read`
      const { status, headers } = await call(server.url, 'GET', check, { key: token })
      expect(status).toBe(200)
      expect(headers['x-auth-client-id']).toBe(id.replaceAll(' ', '%20'))
      expect(headers['x-auth-subject']).toBe(headers['x-auth-client-id'])
      await revoke(server, client, token)
      expect(await isActive(server, client, token)).toBe(false)

      const whole = { ...client, client: { redirectUris: webApp.redirect_uris } as never }
      const { tokens } = await tokensFor(server, whole, person, { scope })
      expect(tokens.claims()?.aud).toBe(id)
      expect(await isActive(server, client, tokens.access_token)).toBe(true)
      expect(await ask('DELETE', path)).toMatchObject({ status: 204 })
      await eventually(async () => expect(await tokenOf(id, ownSecret)).toMatchObject(refused))
    },
  )

  test('belongs to whom the row says, is vouched for by an administrator, and is told to webhooks', async () => {
    const { server } = stage
    const acme = await addOrganization(server, { externalId: 'cus_42' })
    const id = name()
    await importRows([
      {
        client_id: id,
        ...webApp,
        token_endpoint_auth_method: 'none',
        organization_external_id: 'cus_42',
        tier: 'pro',
        created_at: '2019-05-01T08:00:00Z',
        disabled: true,
      },
    ])
    const { body } = await ask('GET', `/v1/clients/${id}`)
    expect(body).toMatchObject({
      organization_id: acme,
      tier: 'pro',
      origin: 'administrator',
      verified: false,
      disabled: true,
      created_at: '2019-05-01T08:00:00.000Z',
    })
    const noted = await server.db.auditEvent.findMany({ where: { targetId: id }, orderBy: { type: 'asc' } })
    expect(noted.map(({ type, data }) => [type, data])).toEqual([
      ['client.created', { name: 'Old app', redirect_uris: webApp.redirect_uris }],
      ['client.imported', { secret: 'none' }],
    ])
    const told = await server.db.outboxEvent.findMany({ where: { type: 'client.created', organizationId: acme } })
    expect(told).toHaveLength(1)
  })
})

describe('an import of clients', () => {
  test('tells the fault of each row, and takes the others', async () => {
    const taken = stage.client.id
    const twin = name()
    const rows: [object | null, string, ...string[]][] = [
      [{ client_id: name(), ...webApp, client_secret: `${secret}1` }, 'created'],
      [{ ...webApp }, 'invalid', '/client_id: required'],
      [{ client_id: '', ...webApp }, 'invalid', '/client_id: too_small'],
      [{ client_id: ' old', ...webApp }, 'invalid', '/client_id: custom'],
      [{ client_id: 'zoë', ...webApp }, 'invalid', '/client_id: invalid_format'],
      [{ client_id: 'my%20client', ...webApp }, 'invalid', '/client_id: custom'],
      [{ client_id: '..', ...webApp }, 'invalid', '/client_id: custom'],
      [{ client_id: newId('cli'), ...webApp }, 'invalid', '/client_id: reserved'],
      // Its tokens' subject would be a person's.
      [{ client_id: stage.person.id, ...webApp }, 'invalid', '/client_id: reserved'],
      [{ client_id: taken, ...webApp }, 'conflict', '/client_name: differs'],
      [{ client_id: name(), ...webApp, owner: 'x' }, 'invalid', '/owner: unknown_field'],
      [{ client_id: name(), redirect_uris: ['https://*.example.com/'] }, 'invalid', '/redirect_uris/0: custom'],
      [{ client_id: name(), grant_types: ['implicit'] }, 'invalid', '/grant_types/0: invalid_value'],
      [{ client_id: name(), ...webApp, software_id: 'a\0b' }, 'invalid', ': custom'],
      [
        { client_id: name(), ...webApp, jwks: { keys: [{ kty: 'EC', x: [[[[]]]] }] } },
        'invalid',
        '/jwks/keys/0: custom',
      ],
      [{ client_id: name(), ...machine, scope: 'nothing:read' }, 'invalid', '/scope: unknown'],
      [{ client_id: name(), ...webApp, tier: 'none' }, 'invalid', '/tier: unknown'],
      [{ client_id: name(), ...webApp, organization_id: 'org_x' }, 'invalid', '/organization_id: unknown_organization'],
      [{ client_id: name(), ...webApp, client_secret_hash: 'hunter2' }, 'invalid', '/client_secret_hash: unknown_hash'],
      [
        {
          client_id: name(),
          ...webApp,
          client_secret_hash: '$2b$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW',
        },
        'invalid',
        '/client_secret_hash: hash_out_of_bounds',
      ],
      [
        { client_id: name(), ...webApp, client_secret: secret, client_secret_hash: 'x' },
        'invalid',
        '/client_secret: one_of',
      ],
      [
        { client_id: name(), ...webApp, token_endpoint_auth_method: 'none', client_secret: secret },
        'invalid',
        '/client_secret: not_needed',
      ],
      [{ client_id: twin, ...webApp, client_secret: `${secret}2` }, 'created'],
      [{ client_id: twin, ...webApp, client_secret: `${secret}3` }, 'conflict', '/client_id: repeated'],
      [{ client_id: name(), ...webApp, client_secret: `${secret}2` }, 'conflict', '/client_secret: taken'],
      [null, 'invalid', ': invalid_type'],
    ]
    const results = await importRows(rows.map(([row]) => row))
    expect(results.map((result) => [result.outcome, ...faultsOf(result)])).toEqual([
      ...rows.slice(0, 9).map(([, ...expected]) => expected),
      ['conflict', expect.any(String)],
      ...rows.slice(10).map(([, ...expected]) => expected),
    ])
    expect(JSON.stringify(results)).not.toMatch(/hunter2|fBvAGQ/)
  })

  test('says which clients come without a secret that they need, and which have a short one', async () => {
    const results = await importRows([
      { client_id: name(), ...webApp },
      { client_id: name(), ...webApp, client_secret: 'changeme' },
      { client_id: name(), ...webApp, token_endpoint_auth_method: 'none' },
    ])
    expect(results.map(({ outcome, warnings = [] }) => [outcome, ...warnings.map(({ code }) => code)])).toEqual([
      ['created', 'no_secret'],
      ['created', 'weak_secret'],
      ['created'],
    ])
  })

  test('again changes nothing, also after a hash has become ours; another registration or secret is a conflict', async () => {
    const [plain, used, waits] = [name(), name(), name()]
    const text = 'seven lanterns on the lake'
    const client_secret_hash = await bcrypt(text, 4)
    const rows = [
      { client_id: plain, ...webApp, client_secret: `${secret}-${plain}` },
      { client_id: used, ...machine, client_secret_hash },
      { client_id: waits, ...machine, client_secret_hash: await bcrypt(text, 4) },
    ]
    await importRows(rows)
    expect(await tokenOf(used, text)).toMatchObject({ status: 200 })
    expect((await importRows(rows)).map(({ outcome }) => outcome)).toEqual(['unchanged', 'unchanged', 'unchanged'])
    const changed = await importRows([
      { ...rows[0], redirect_uris: ['https://other.example.com/'], client_secret: `${secret}-another` },
      { ...rows[2], client_secret_hash },
    ])
    expect(changed.map((result) => [result.outcome, ...faultsOf(result)])).toEqual([
      ['conflict', '/redirect_uris: differs', '/client_secret: differs'],
      ['conflict', '/client_secret_hash: differs'],
    ])
    // One secret for two clients stays what it was: the other one's hash.
    expect(await tokenOf(waits, text)).toMatchObject({ status: 200 })
    expect((await secretsOf(waits))[0]?.importedHash).not.toBeNull()
  })

  test('for trying tells the same and makes nothing; fifty take few statements', async () => {
    const { server } = stage
    const rows = Array.from({ length: 50 }, () => ({
      client_id: name(),
      ...webApp,
      client_secret: `${secret}-${count}`,
    }))
    const before = await server.db.client.count()
    expect(new Set((await importRows(rows, { dry_run: true })).map(({ outcome }) => outcome))).toEqual(
      new Set(['created']),
    )
    expect(await server.db.client.count()).toBe(before)
    server.statements()
    await importRows(rows)
    expect(server.statements().length).toBeLessThan(30)
    expect(await server.db.client.count()).toBe(before + 50)
  })

  test('makes nothing broader than the credential that asks for it', async () => {
    const { server } = stage
    const narrow = await addAdministratorKey(server, { grantableScopes: [], scopes: ['admin:clients:write'] })
    const row = { client_id: name(), ...machine, client_secret: `${secret}-narrow` }
    const { body } = await call(server.url, 'POST', '/v1/clients/import', { key: narrow.key, body: { rows: [row] } })
    expect((body as { results: Result[] }).results.map((result) => [result.outcome, ...faultsOf(result)])).toEqual([
      ['invalid', '/scope: insufficient_scope'],
    ])
  })
})

test('who tries secrets of such a client in vain has to slow down, and keeps nobody else from their own', async () => {
  const id = name()
  await importRows([{ client_id: id, ...machine, client_secret_hash: await bcrypt(secret, 4) }])
  const statuses = new Set<number>()
  for (let i = 0; i < 40; i++) statuses.add((await tokenOf(id, `wrong ${i}`)).status)
  expect(statuses).toEqual(new Set([401, 429]))
  const other = await tokenRequest(stage.server, stage.client, { grant_type: 'client_credentials' })
  expect(other).toMatchObject({ status: 400, body: { error: 'unauthorized_client' } })
})
