/** Changing, disabling, revoking and exposing keys. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemContext } from '../../src/audit/record.ts'
import { exposeApiKey } from '../../src/api-keys/expose.ts'
import { addServiceAccount } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import { openKeyStage, type Customer, type KeyStage } from './stage.ts'

let stage: KeyStage
let customer: Customer
beforeAll(async () => {
  stage = await openKeyStage()
  customer = await stage.customer()
})
afterAll(() => stage[Symbol.asyncDispose]())

const change = (id: string, body: object, key = stage.platform.key) => stage.ask(key, 'PATCH', `/v1/keys/${id}`, body)
const stands = (secret: string, status: number) =>
  eventually(async () => expect(await stage.standing(secret)).toBe(status))
const secondsLeft = (at: string | undefined) =>
  Math.round((new Date(at ?? 0).getTime() - stage.clock.now().getTime()) / 1000)

describe('a change', () => {
  test('sets what it names, and leaves the rest', async () => {
    const key = await stage.issue({ external_id: 'a', metadata: { a: 1 } })
    const { status, body } = await change(key.id, {
      name: 'Renamed',
      scopes: ['reports:read', 'exports:run'],
      allowed_ips: ['127.0.0.0/8', '::1'],
      tier: 'pro',
      limits: { hour: 7 },
      external_id: null,
    })
    const { secret: _, ...before } = key
    expect([status, body]).toEqual([
      200,
      {
        ...before,
        name: 'Renamed',
        scopes: ['reports:read', 'exports:run'],
        allowed_ips: ['127.0.0.0/8', '::1'],
        tier: 'pro',
        limits: { hour: 7 },
        external_id: null,
        updated_at: body['updated_at'],
      },
    ])
    const event = await stage.server.db.auditEvent.findFirst({ where: { targetId: key.id, type: 'api_key.updated' } })
    expect(event?.data).toEqual({ changed: ['name', 'tier', 'limits', 'external_id', 'scopes', 'allowed_ips'] })
  })

  test('that changes nothing is no event', async () => {
    const key = await stage.issue()
    expect((await change(key.id, { name: 'A key', disabled: false })).status).toBe(200)
    expect(await stage.eventsOf(key.id)).toEqual(['api_key.created'])
  })

  test('of the life counts from now, for the newest secret and the key, and an older one ends no later', async () => {
    const key = await stage.issue()
    await stage.manage('POST', `/${key.id}/rotate`, {})
    const { body } = await change(key.id, { expires_in: 3600 })
    expect(body.secrets.map(({ expires_at }) => secondsLeft(expires_at))).toEqual([
      secondsLeft(body.expires_at),
      secondsLeft(body.expires_at),
    ])
    expect(secondsLeft(body.expires_at)).toBeCloseTo(3600, -1)
    expect((await change(key.id, { expires_in: 365 * 86_400 + 1 })).status).toBe(400)
  })

  test('gives an expired key no new life: that is a rotation', async () => {
    const key = await stage.issue({ expires_in: 60 })
    stage.clock.advance(61)
    expect((await change(key.id, { expires_in: 3600 })).body.code).toBe('conflict')
    expect((await change(key.id, { name: 'Renamed' })).status).toBe(200)
  })

  test('adds scopes within the calling credential’s own and the owner’s rights, and takes any away', async () => {
    const service_account_id = await addServiceAccount(stage.server, customer.id)
    const key = await stage.issue({
      organization_id: customer.id,
      service_account_id,
      scopes: ['exports:run', 'reports:read'],
    })
    const as = customer.keys.owner.key
    expect(
      (await change(key.id, { scopes: ['exports:run', 'reports:read', 'tiers:read'] }, as)).body.missing_scopes,
    ).toEqual(['tiers:read'])
    // What the key has already may stay, though the caller could not give it.
    expect((await change(key.id, { scopes: ['exports:run', 'reports:audit'] }, as)).status).toBe(200)
    expect((await change(key.id, { scopes: [] }, as)).body.scopes).toEqual([])
    expect((await change(key.id, { scopes: ['exports:run'] }, as)).status).toBe(403)

    const ofMember = await stage.issue({ organization_id: customer.id, user_id: customer.people.member.id })
    expect((await change(ofMember.id, { scopes: ['reports:audit'] }, as)).body.code).toBe('forbidden')
    expect((await change(ofMember.id, { scopes: ['reports:purge'] })).body.code).toBe('forbidden')
  })

  test.for([
    ['tier', 'pro'],
    ['limits', { hour: 1 }],
  ] as const)('of the %s is for administrators', async ([field, value]) => {
    const { id } = customer.keys.service
    const { status, body } = await change(id, { [field]: value }, customer.keys.owner.key)
    expect([status, body.code, body.detail]).toEqual([403, 'forbidden', expect.stringContaining(field)])
  })

  test('names every fault at once', async () => {
    const { body } = await change(customer.keys.service.id, { name: '', environment: 'test', disabled: 'yes' })
    expect(body.errors?.map(({ path }) => path).toSorted()).toEqual(['/disabled', '/environment', '/name'])
  })
})

test('a disabled key stops within a second, and works again once it is enabled', async () => {
  const { id, secret } = await stage.issue()
  expect(await stage.standing(secret)).toBe(200)
  expect((await change(id, { disabled: true })).body).toMatchObject({ status: 'disabled', disabled: true })
  await stands(secret, 401)
  expect((await change(id, { disabled: false })).body).toMatchObject({ status: 'active', disabled: false })
  await stands(secret, 200)
})

describe('a revoked key', () => {
  test('stops with all its secrets, for good, and stays to be seen', async () => {
    const { id, secret } = await stage.issue()
    const { body: rotated } = await stage.manage('POST', `/${id}/rotate`, {})
    expect([await stage.standing(secret), await stage.standing(rotated.secret ?? '')]).toEqual([200, 200])
    const { status, body } = await stage.manage('POST', `/${id}/revoke`)
    expect([status, body.status, body.secrets]).toEqual([200, 'revoked', []])
    await stands(secret, 401)
    await stands(rotated.secret ?? '', 401)
    expect((await change(id, { disabled: false })).body.code).toBe('conflict')
    expect((await stage.manage('GET', `/${id}`)).body.status).toBe('revoked')
    expect(await stage.eventsOf(id)).toEqual(['api_key.created', 'api_key.rotated', 'api_key.revoked'])
  })

  test('may be revoked again, which changes nothing', async () => {
    const { id } = await stage.issue()
    const first = await stage.manage('POST', `/${id}/revoke`)
    expect((await stage.manage('POST', `/${id}/revoke`)).body).toEqual(first.body)
    expect((await stage.manage('DELETE', `/${id}`)).status).toBe(204)
    expect(await stage.eventsOf(id)).toEqual(['api_key.created', 'api_key.revoked'])
  })
})

describe('an exposed key', () => {
  const expose = (keyId: string, reason: 'leaked' | 'unencrypted') =>
    exposeApiKey(stage.server.db, { keyId, reason }, systemContext(stage.clock))
  const exposureOf = async (id: string) => (await stage.manage('GET', `/${id}`)).body['exposed']

  test('is told once, works on, and that it leaked outweighs that it came unencrypted', async () => {
    const { id, secret } = await stage.issue()
    await expose(id, 'unencrypted')
    const first = await exposureOf(id)
    expect(first).toMatchObject({ reason: 'unencrypted' })
    await expose(id, 'unencrypted')
    await expose(id, 'leaked')
    expect(await exposureOf(id)).toEqual({ ...(first as object), reason: 'leaked' })
    await expose(id, 'unencrypted')
    expect(await exposureOf(id)).toMatchObject({ reason: 'leaked' })
    expect(await stage.eventsOf(id)).toEqual(['api_key.created', 'api_key.exposed'])
    expect((await stage.manage('GET', `/${id}`)).body.status).toBe('exposed')
    expect(await stage.standing(secret)).toBe(200)
  })

  test('is exposed until the last secret has ended that was there then', async () => {
    const { id } = await stage.issue()
    await expose(id, 'leaked')
    stage.clock.advance(1)
    await stage.manage('POST', `/${id}/rotate`, {})
    expect(await exposureOf(id)).toMatchObject({ reason: 'leaked' })
    await stage.manage('POST', `/${id}/rotate`, {})
    expect(await exposureOf(id)).toBeNull()

    const other = await stage.issue()
    await expose(other.id, 'leaked')
    await stage.manage('POST', `/${other.id}/rotate`, { grace_period: 0 })
    expect(await exposureOf(other.id)).toBeNull()
  })

  test('is nothing to tell of once it was revoked', async () => {
    const { id } = await stage.issue()
    await stage.manage('DELETE', `/${id}`)
    await expose(id, 'leaked')
    expect(await exposureOf(id)).toBeNull()
    await expose('key_unknown', 'leaked')
  })
})
