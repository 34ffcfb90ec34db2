/** Issuing: what comes out, who may, how much, and that a credential never makes a broader one. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseApiKey } from '../../src/api-keys/format.ts'
import { newId } from '../../src/platform/ids.ts'
import { addApiKey, addMember, addOrganization, addServiceAccount } from '../support/api.ts'
import { addPerson } from '../support/server.ts'
import { openKeyStage, type Customer, type KeyStage } from './stage.ts'

let stage: KeyStage
let customer: Customer
beforeAll(async () => {
  stage = await openKeyStage()
  customer = await stage.customer()
})
afterAll(() => stage[Symbol.asyncDispose]())

const anyText: unknown = expect.any(String)
const like = (pattern: RegExp): unknown => expect.stringMatching(pattern)
const wanted = { name: 'Nightly export', scopes: ['reports:read'] }
const asOwner = (body: object) => stage.ask(customer.keys.owner.key, 'POST', '/v1/keys', body)
const asMember = (body: object) => stage.ask(customer.keys.member.key, 'POST', '/v1/keys', body)
const paths = (body: { errors?: { path: string }[] }) => body.errors?.map(({ path }) => path)

describe('a new key', () => {
  test('comes whole, with its secret, which works at once', async () => {
    const before = stage.clock.now().getTime()
    const { status, body, headers } = await asOwner({ ...wanted, metadata: { team: 'a' } })
    expect(status).toBe(201)
    expect(headers['cache-control']).toBe('no-store')
    expect(parseApiKey(body.secret ?? '')).toEqual({ environment: 'live' })
    const { secret, ...key } = body
    expect(key).toEqual({
      id: like(/^key_[0-9a-z]{26}$/),
      name: 'Nightly export',
      organization_id: customer.id,
      subject: customer.people.owner.id,
      user_id: customer.people.owner.id,
      service_account_id: null,
      service_account_name: null,
      external_id: null,
      environment: 'live',
      scopes: ['reports:read'],
      grantable_scopes: [],
      resource: null,
      tier: null,
      limits: null,
      allowed_ips: [],
      metadata: { team: 'a' },
      status: 'active',
      exposed: null,
      secrets: [
        {
          id: like(/^sec_/),
          hint: secret?.slice(-4),
          created_at: key.created_at,
          expires_at: key.expires_at,
          last_used_at: null,
        },
      ],
      expires_at: anyText,
      last_used_at: null,
      created_at: anyText,
      updated_at: anyText,
      disabled: false,
    })
    const days = (new Date(key.expires_at).getTime() - before) / 86_400_000
    expect(Math.round(days)).toBe(90)
    expect(await stage.standing(secret ?? '')).toBe(200)
    expect(await stage.eventsOf(key.id)).toEqual(['api_key.created'])
  })

  test('is never shown again, and rests as a keyed hash', async () => {
    const { body } = await asOwner(wanted)
    const read = await stage.ask(customer.keys.owner.key, 'GET', `/v1/keys/${body.id}`)
    expect(read.body).not.toHaveProperty('secret')
    expect(JSON.stringify(read.body)).not.toContain(body.secret)
    const [row] = await stage.server.db.apiKeySecret.findMany({ where: { apiKeyId: body.id } })
    expect(Buffer.from(row?.digest ?? [])).toEqual(stage.server.secrets.digest('api_key', body.secret ?? ''))
  })

  test('names every fault of what it was asked for at once', async () => {
    const { status, body } = await asOwner({
      name: '',
      scopes: ['reports:read'],
      environment: 'staging',
      expires_in: 59,
      allowed_ips: ['10.0.0.0/8', '127.1'],
      colour: 'red',
    })
    expect(status).toBe(400)
    expect(paths(body)?.toSorted()).toEqual(['/allowed_ips/1', '/colour', '/environment', '/expires_in', '/name'])
  })

  test.for([
    ['no scope that there is', { scopes: ['reports:read', 'reports:fly'] }, ['/scopes/1']],
    [
      'a scope of another resource than its own',
      { scopes: ['exports:run', 'keys:rotate'], resource: 'https://api.example.com/reports' },
      ['/scopes/0'],
    ],
    ['a resource that there isn’t', { resource: 'https://api.example.com/x' }, ['/resource']],
    ['a tier that there isn’t', { tier: 'gold' }, ['/tier']],
    ['a life above the ceiling', { expires_in: 365 * 86_400 + 1 }, ['/expires_in']],
    ['metadata above 16 KiB', { metadata: { text: 'x'.repeat(16_384) } }, ['/metadata']],
    ['more than 100 scopes', { scopes: Array.from({ length: 101 }, () => 'reports:read') }, ['/scopes']],
    ['more than 100 addresses', { allowed_ips: Array.from({ length: 101 }, () => '10.0.0.1') }, ['/allowed_ips']],
  ] as const)('is refused with %s', async ([, fields, faults]) => {
    const organization_id = customer.id
    const { status, body } = await stage.manage('POST', '', { ...wanted, organization_id, ...fields })
    expect([status, paths(body)]).toEqual([400, faults])
  })

  test('has its addresses in one form', async () => {
    const { body } = await asOwner({ ...wanted, allowed_ips: ['10.1.2.3/8', '::ffff:192.0.2.1', '2001:DB8:0:0::1/32'] })
    expect(body.allowed_ips).toEqual(['10.0.0.0/8', '192.0.2.1', '2001:db8::/32'])
  })

  test('may hold the management API’s scopes beside those of its one resource', async () => {
    const resource = 'https://api.example.com/reports'
    const { status } = await asOwner({ ...wanted, scopes: ['reports:read', 'keys:rotate'], resource })
    expect(status).toBe(201)
  })
})

describe('what it acts for', () => {
  test('is whoever asks, in the organization of the asking key', async () => {
    expect((await asMember(wanted)).body).toMatchObject({
      organization_id: customer.id,
      user_id: customer.people.member.id,
    })
    expect((await stage.ask(customer.keys.service.key, 'POST', '/v1/keys', wanted)).body).toMatchObject({
      service_account_id: customer.keys.service.subject,
    })
  })

  test('is a service account where an administrator of the organization says so, and not where a member does', async () => {
    const service_account_id = await addServiceAccount(stage.server, customer.id)
    expect((await asOwner({ ...wanted, service_account_id })).body.subject).toBe(service_account_id)
    expect((await asMember({ ...wanted, service_account_id })).body.code).toBe('forbidden')
  })

  test('is another person only where an administrator of the platform says so', async () => {
    const user_id = customer.people.member.id
    expect((await asOwner({ ...wanted, user_id })).body).toMatchObject({
      code: 'forbidden',
      detail: like(/user_id/),
    })
    const issued = await stage.issue({ organization_id: customer.id, user_id })
    expect(issued.user_id).toBe(user_id)
  })

  test('is the organization’s own service account where an administrator of the platform names nobody: one for all', async () => {
    const organization_id = await addOrganization(stage.server)
    const [first, second] = [await stage.issue({ organization_id }), await stage.issue({ organization_id })]
    expect(first.subject).toBe(second.subject)
    const account = await stage.server.db.serviceAccount.findUniqueOrThrow({ where: { id: first.subject } })
    expect(account).toMatchObject({ name: 'default', administrator: false, organizationId: organization_id })
  })

  test.for([
    [
      'a disabled service account',
      async () => ({
        service_account_id: await addServiceAccount(stage.server, customer.id, { disabledAt: new Date() }),
      }),
    ],
    ['a person who is no member', async () => ({ user_id: (await addPerson(stage.server)).id })],
  ] as const)('is never %s', async ([, named]) => {
    const { status, body } = await stage.manage('POST', '', {
      ...wanted,
      organization_id: customer.id,
      ...(await named()),
    })
    expect([status, body.code]).toEqual([403, 'forbidden'])
  })

  test('never is a person before the e-mail is proven', async () => {
    const person = await addPerson(stage.server)
    await addMember(stage.server, customer.id, person.id, 'member')
    const { key } = await addApiKey(stage.server, {
      organizationId: customer.id,
      userId: person.id,
      scopes: ['keys:write', 'reports:read'],
    })
    await stage.server.db.user.update({ where: { id: person.id }, data: { emailVerifiedAt: null } })
    const { status, body } = await stage.ask(key, 'POST', '/v1/keys', wanted)
    expect([status, body.detail]).toEqual([403, expect.stringContaining('Prove the e-mail address')])
  })
})

describe('a credential never makes a broader one', () => {
  test('scopes lie within its own', async () => {
    const { status, body } = await asOwner({ ...wanted, scopes: ['reports:read', 'exports:run', 'tiers:read'] })
    expect([status, body.code, body.missing_scopes]).toEqual([403, 'insufficient_scope', ['exports:run', 'tiers:read']])
  })

  test('or within what an administrator lets it give besides: certain scopes, or any resource’s, but none of the management API', async () => {
    const give = async (grantableScopes: string[], scopes: string[]) => {
      const organizationId = await addOrganization(stage.server, { tier: 'enterprise' })
      const { key } = await addApiKey(stage.server, { organizationId, scopes: ['keys:write'], grantableScopes })
      return (await stage.ask(key, 'POST', '/v1/keys', { ...wanted, scopes })).status
    }
    expect(await give(['exports:run'], ['exports:run', 'keys:write'])).toBe(201)
    expect(await give(['exports:run'], ['reports:read'])).toBe(403)
    expect(await give(['*'], ['reports:read', 'exports:run'])).toBe(201)
    expect(await give(['*'], ['tiers:read'])).toBe(403)
  })

  test.for([
    ['anyone’s', 'reports:read', { member: 201, admin: 201, owner: 201, service: 201 }],
    ['organizations’ administrators’', 'reports:audit', { member: 403, admin: 201, owner: 201, service: 201 }],
    ['administrators’', 'reports:purge', { member: 403, admin: 403, owner: 403, service: 403 }],
    ['administrators’ of the management API', 'admin:keys:read', { member: 403, admin: 403, owner: 403, service: 403 }],
  ] as const)('scopes lie within the owner’s rights, whatever the key holds: %s', async ([, scope, table]) => {
    const { keys } = await stage.customer(['keys:write', scope])
    for (const [who, expected] of Object.entries(table)) {
      const { key } = keys[who as keyof typeof keys]
      const { status } = await stage.ask(key, 'POST', '/v1/keys', { ...wanted, scopes: [scope] })
      expect([who, status]).toEqual([who, expected])
    }
  })

  test('an administrator gives administrators’ scopes to keys of administrators only', async () => {
    const person = await addPerson(stage.server, { administrator: true })
    await addMember(stage.server, customer.id, person.id, 'member')
    const scopes = ['reports:purge', 'admin:keys:read']
    const body = { ...wanted, scopes, organization_id: customer.id }
    expect((await stage.manage('POST', '', { ...body, user_id: person.id })).status).toBe(201)
    expect((await stage.manage('POST', '', { ...body, user_id: customer.people.owner.id })).body.code).toBe('forbidden')
    expect((await stage.manage('POST', '', body)).body.code).toBe('forbidden')
  })

  test('what may be given on is given on by administrators, and only what they may give', async () => {
    const body = { ...wanted, organization_id: customer.id }
    expect((await stage.manage('POST', '', { ...body, grantable_scopes: ['*'] })).body.grantable_scopes).toEqual(['*'])
    const { key } = await addApiKey(stage.server, {
      organizationId: customer.id,
      serviceAccountId: await addServiceAccount(stage.server, customer.id, { administrator: true }),
      scopes: ['admin:keys:write', 'reports:read'],
    })
    const { body: refused } = await stage.ask(key, 'POST', '/v1/keys', { ...body, grantable_scopes: ['*'] })
    expect([refused.code, refused.missing_scopes]).toEqual(['insufficient_scope', ['*']])
  })

  test.for([
    ['tier', 'pro'],
    ['limits', { hour: 5 }],
    ['grantable_scopes', ['reports:read']],
  ] as const)('%s is for administrators', async ([field, value]) => {
    const { status, body } = await asOwner({ ...wanted, [field]: value })
    expect([status, body.code, body.detail]).toEqual([403, 'forbidden', expect.stringContaining(field)])
    expect(await stage.issue({ organization_id: customer.id, [field]: value })).toMatchObject({ [field]: value })
  })

  test.each(['cus%2042', '%41', '-'])(
    'nobody takes %s, which a gateway could read as another one',
    async (external) => {
      expect((await asOwner({ ...wanted, external_id: external })).body.errors).toMatchObject([
        { path: '/external_id', code: 'ambiguous' },
      ])
    },
  )

  test('nobody takes another customer’s external_id', async () => {
    const other = await stage.customer(undefined, { externalId: `customer-${newId('org')}` })
    const { externalId } = await stage.server.db.organization.findUniqueOrThrow({ where: { id: other.id } })
    expect((await asOwner({ ...wanted, external_id: externalId })).body.code).toBe('forbidden')
    expect(
      (await stage.ask(other.keys.owner.key, 'POST', '/v1/keys', { ...wanted, external_id: externalId })).status,
    ).toBe(201)
    // Nor one that somebody else could get: who is known by one has no other.
    const another = { ...wanted, external_id: 'one to come' }
    expect((await stage.ask(other.keys.owner.key, 'POST', '/v1/keys', another)).body.code).toBe('forbidden')
    expect((await asOwner({ ...wanted, external_id: 'our own 7' })).body.external_id).toBe('our own 7')
  })

  test('a stranger who has signed up speaks for no customer, also not for one who is still to come', async () => {
    const { id: userId } = await addPerson(stage.server)
    const organization = await stage.server.db.organization.findUniqueOrThrow({ where: { personalUserId: userId } })
    const { key, id } = await addApiKey(stage.server, {
      organizationId: organization.id,
      userId,
      scopes: ['keys:write', 'reports:read'],
    })
    const claim = { external_id: 'one to come' }
    const issued = await stage.ask(key, 'POST', '/v1/keys', { ...wanted, ...claim })
    expect([issued.status, issued.body.code]).toEqual([403, 'forbidden'])
    const changed = await stage.ask(key, 'PATCH', `/v1/keys/${id}`, claim)
    expect([changed.status, changed.body.code]).toEqual([403, 'forbidden'])
    expect((await stage.manage('PATCH', `/${id}`, claim)).body['external_id']).toBe('one to come')
  })
})

test('an organization that is not the caller’s is answered like one that isn’t there', async () => {
  const other = await addOrganization(stage.server)
  const missing = newId('org')
  const answers = await Promise.all([other, missing].map((organization_id) => asOwner({ ...wanted, organization_id })))
  const told = answers.map(({ status, body }, index) => [
    status,
    body.code,
    body.detail?.replace([other, missing][index] ?? '', 'X'),
  ])
  expect(told).toEqual([
    [404, 'not_found', 'There is no organization X.'],
    [404, 'not_found', 'There is no organization X.'],
  ])
})
