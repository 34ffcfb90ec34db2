/** Reading and listing keys: who sees what, filters, pages, and what a key's state is called. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { statuses, statusOf } from '../../src/api-keys/api-key.ts'
import { listApiKeyIds } from '../../src/api-keys/list/store.ts'
import { findApiKey } from '../../src/api-keys/store.ts'
import { newId } from '../../src/platform/ids.ts'
import { addApiKey, addOrganization, addServiceAccount } from '../support/api.ts'
import { openKeyStage, type Body, type Customer, type KeyStage } from './stage.ts'

let stage: KeyStage
let customer: Customer
beforeAll(async () => {
  stage = await openKeyStage()
  customer = await stage.customer()
})
afterAll(() => stage[Symbol.asyncDispose]())

const list = async (query: Record<string, string>, key = stage.platform.key): Promise<Body> => {
  const { status, body } = await stage.ask(key, 'GET', `/v1/keys?${new URLSearchParams(query).toString()}`)
  if (status !== 200) throw new Error(JSON.stringify(body))
  return body
}
const ids = ({ data }: Body) => data.map(({ id }) => id)

describe('who sees which keys', () => {
  test('a member sees what acts for them, owners and admins all of the organization, an administrator everything', async () => {
    const { keys, id } = customer
    const all = [keys.service.id, keys.member.id, keys.admin.id, keys.owner.id]
    expect(ids(await list({}, keys.member.key))).toEqual([keys.member.id])
    for (const who of ['owner', 'admin', 'service'] as const) expect(ids(await list({}, keys[who].key))).toEqual(all)
    expect(ids(await list({ organization_id: id }))).toEqual(all)
    expect(ids(await list({}))).toEqual(expect.arrayContaining([...all, stage.platform.id]))
  })

  test('what is not the caller’s is answered like what isn’t there, whatever is asked of it', async () => {
    const other = await stage.customer()
    const missing = newId('key')
    const foreign = [other.keys.service.id, customer.keys.owner.id]
    const requests = [
      ['GET', '', undefined],
      ['PATCH', '', { name: 'Mine' }],
      ['POST', '/rotate', {}],
      ['POST', '/revoke', undefined],
      ['DELETE', '', undefined],
    ] as const
    const answer = async (method: string, id: string, path: string, body: unknown) => {
      const reply = await stage.ask(customer.keys.member.key, method, `/v1/keys/${id}${path}`, body)
      return { ...reply.body, status: reply.status, request_id: '' }
    }
    for (const [method, path, body] of requests) {
      const unknown = await answer(method, missing, path, body)
      expect(unknown).toMatchObject({ status: 404, code: 'not_found' })
      for (const id of foreign) expect(await answer(method, id, path, body)).toEqual(unknown)
    }
    expect(ids(await list({ organization_id: other.id }, customer.keys.owner.key))).toEqual([])
    expect((await stage.manage('GET', `/${customer.keys.owner.id}`)).body.status).toBe('active')
  })

  test.for([
    ['GET', '/v1/keys', 'keys:read'],
    ['GET', '/v1/keys/x', 'keys:read'],
    ['POST', '/v1/keys', 'keys:write'],
    ['PATCH', '/v1/keys/x', 'keys:write'],
    ['POST', '/v1/keys/x/rotate', 'keys:write'],
    ['POST', '/v1/keys/x/revoke', 'keys:write'],
    ['DELETE', '/v1/keys/x', 'keys:write'],
    ['POST', '/v1/keys/self/rotate', 'keys:rotate'],
  ] as const)('%s %s needs a credential, and the scope %s', async ([method, path, scope]) => {
    expect((await stage.ask(null, method, path)).status).toBe(401)
    const { key } = await addApiKey(stage.server, { scopes: ['reports:read'] })
    const { status, body } = await stage.ask(key, method, path)
    expect([status, body.code, body.missing_scopes]).toEqual([403, 'insufficient_scope', [scope]])
  })

  test('an administrator’s scope without the role reaches the own organization only', async () => {
    const { key, id } = await addApiKey(stage.server, { scopes: ['keys:read', 'admin:keys:read'] })
    expect(ids(await list({}, key))).toEqual([id])
  })

  test('any key reads itself, whatever it may do besides', async () => {
    const { key, id } = await addApiKey(stage.server, { scopes: [] })
    const { status, body } = await stage.ask(key, 'GET', '/v1/keys/self')
    expect([status, body.id]).toEqual([200, id])
    expect(body).not.toHaveProperty('secret')
  })
})

describe('filters', () => {
  const issue = async (body: object) => (await stage.issue({ organization_id: customer.id, ...body })).id
  const of = (query: Record<string, string>) => list({ organization_id: customer.id, ...query })

  test('by environment, scope and expiry', async () => {
    const inTest = await issue({ environment: 'test' })
    expect(ids(await of({ environment: 'test' }))).toEqual([inTest])
    const exporting = await issue({ scopes: ['exports:run'] })
    expect(ids(await of({ scope: 'exports:run' }))).toEqual([exporting])
    const soon = await issue({ expires_in: 3600 })
    const revoked = await issue({ expires_in: 3600 })
    await stage.manage('DELETE', `/${revoked}`)
    const expiring_before = new Date(stage.clock.now().getTime() + 7200_000).toISOString()
    expect(ids(await of({ expiring_before }))).toEqual([soon])
  })

  test('by the key’s own external_id and tier, else its organization’s', async () => {
    const organization_id = await addOrganization(stage.server, { externalId: 'acme 1', tier: 'pro' })
    const plain = (await stage.issue({ organization_id })).id
    const own = (await stage.issue({ organization_id, external_id: 'acme 1 / 7', tier: 'free' })).id
    expect(ids(await list({ external_id: 'acme 1' }))).toEqual([plain])
    expect(ids(await list({ external_id: 'acme 1 / 7' }))).toEqual([own])
    expect(ids(await list({ organization_id, tier: 'pro' }))).toEqual([plain])
    expect(ids(await list({ organization_id, tier: 'free' }))).toEqual([own])
  })

  test('by a part of the name, which is no pattern, by the hint, and by the id', async () => {
    const id = await issue({ name: 'Export 100%_\\ of it' })
    await issue({ name: 'Export 1000 of it' })
    expect(ids(await of({ q: '100%_\\' }))).toEqual([id])
    expect(ids(await of({ q: 'eXPORT 100%' }))).toEqual([id])
    const { secrets } = (await stage.manage('GET', `/${id}`)).body
    expect(ids(await of({ q: secrets[0]?.hint ?? '' }))).toContain(id)
    expect(ids(await of({ q: id }))).toEqual([id])
  })

  test.for([
    ['status', 'lost'],
    ['environment', 'staging'],
    ['expiring_before', 'soon'],
    ['limit', '201'],
    ['cursor', 'x'],
    ['colour', 'red'],
  ])('%s=%s is a fault', async ([name, value]) => {
    const { status, body } = await stage.manage('GET', `?${name}=${value}`)
    expect([status, body.errors?.map(({ path }) => path)]).toEqual([400, [name]])
  })
})

test('pages hold every key once, newest first, also when filtered by state', async () => {
  const organizationId = await addOrganization(stage.server)
  const serviceAccountId = await addServiceAccount(stage.server, organizationId)
  const made: string[] = []
  for (let index = 0; index < 7; index++) {
    // All at one moment, so that only ids tell them apart; every other one revoked.
    const createdAt = new Date('2026-11-01T00:00:00Z')
    const revokedAt = index % 2 === 0 ? null : createdAt
    const { id } = await addApiKey(stage.server, { organizationId, serviceAccountId, createdAt, revokedAt })
    if (revokedAt === null) made.push(id)
  }
  const seen: string[] = []
  let cursor: string | null = null
  do {
    const query: Record<string, string> = { organization_id: organizationId, status: 'active', limit: '2' }
    const page = await list({ ...query, ...(cursor === null ? {} : { cursor }) })
    expect(page.data.length).toBeLessThanOrEqual(2)
    seen.push(...ids(page))
    cursor = page.next_cursor
  } while (cursor !== null)
  expect(seen).toEqual(made.toSorted().toReversed())
})

describe('the state of a key', () => {
  const now = new Date('2026-11-24T12:00:00Z')
  const inDays = (days: number) => new Date(now.getTime() + days * 86_400_000)
  const off = { disabledAt: now }

  /** Of each what it is called, and how it came to it. What stands further up in the rule wins. */
  const table = [
    ['active', {}],
    ['active', { expiresAt: null }],
    ['active', { expiresAt: inDays(30.1) }],
    // Half of a short life isn't over yet.
    ['active', { createdAt: inDays(-1), expiresAt: inDays(2) }],
    ['expiring', { createdAt: inDays(-60), expiresAt: inDays(29) }],
    ['expiring', { createdAt: inDays(-2), expiresAt: inDays(1) }],
    ['exposed', { exposedAt: now, exposedReason: 'leaked', createdAt: inDays(-60), expiresAt: inDays(1) }],
    ['expired', { exposedAt: now, exposedReason: 'leaked', expiresAt: now }],
    ['disabled', { ...off, expiresAt: inDays(-1) }],
    ['revoked', { ...off, revokedAt: now, expiresAt: inDays(-1) }],
    ['disabled', {}, 'service account disabled'],
    ['disabled', {}, 'person disabled'],
    ['disabled', {}, 'person no member'],
    ['active', {}, 'person'],
  ] as const

  test('is the same in memory and in the database, for every way to it', async () => {
    const organizationId = await addOrganization(stage.server)
    for (const [expected, columns, owner] of table) {
      const owned = await ownerFor(organizationId, owner)
      const { createdAt = inDays(-1), expiresAt = inDays(89), ...rest } = columns as Record<string, Date>
      const { id } = await addApiKey(stage.server, {
        organizationId,
        ...owned,
        ...rest,
        createdAt,
        expiresAt,
        secret: { createdAt, expiresAt },
      })
      const key = await findApiKey(stage.server.db, id, now)
      expect([columns, owner, key && statusOf(key, now)]).toEqual([columns, owner, expected])
      const page = { limit: 500, after: undefined, now }
      const listed = await Promise.all(
        statuses.map(async (status) => {
          const found = await listApiKeyIds(stage.server.db, null, { organizationId, status }, page)
          return found.includes(id) ? [status] : []
        }),
      )
      expect([columns, owner, listed.flat()]).toEqual([columns, owner, [expected]])
    }
  })

  async function ownerFor(organizationId: string, owner: string | undefined) {
    const { db, clock } = stage.server
    if (!owner?.startsWith('person')) {
      const disabledAt = owner === undefined ? null : clock.now()
      return { serviceAccountId: await addServiceAccount(stage.server, organizationId, { disabledAt }) }
    }
    const id = newId('usr', clock)
    const disabledAt = owner === 'person disabled' ? clock.now() : null
    await db.user.create({ data: { id, email: `${id}@example.com`, emailKey: `${id}@example.com`, disabledAt } })
    if (owner !== 'person no member') {
      await db.membership.create({ data: { organizationId, userId: id, role: 'member' } })
    }
    return { userId: id }
  }
})
