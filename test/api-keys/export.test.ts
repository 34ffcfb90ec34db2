/** Every key of one server goes on working at another one, which has another SECRET_KEY. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { drawApiKey } from '../../src/api-keys/format.ts'
import { exportKeys, type ExportLine } from '../../src/api-keys/export/export.ts'
import { addApiKey, addMember, addOrganization } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import { addPerson } from '../support/server.ts'
import { drawForeignKey, hmac, openImportStage, ways, type ImportStage, type Way } from './import-stage.ts'

let from: ImportStage
let to: ImportStage

/** A person and two customers, one known by the platform's id and one by its slug, who are at both servers. */
const email = 'ann-who-moves@example.com'
async function addCustomers({ server }: ImportStage) {
  const byId = await addOrganization(server, { externalId: 'cus_moves' })
  const bySlug = await addOrganization(server, { slug: 'moves' })
  const person = await addPerson(server, { email })
  await addMember(server, byId, person.id, 'admin')
  const home = await server.db.organization.findUniqueOrThrow({ where: { personalUserId: person.id } })
  return { byId, bySlug, personId: person.id, homeId: home.id }
}

beforeAll(async () => {
  from = await openImportStage()
  to = await openImportStage({ SECRET_KEY: 'another-secret-key-0123456789-abcdefghijklmnop' })
})
afterAll(async () => {
  await from[Symbol.asyncDispose]()
  await to[Symbol.asyncDispose]()
})

async function exported({ server }: ImportStage): Promise<ExportLine[]> {
  const lines: ExportLine[] = []
  for await (const line of exportKeys(server)) lines.push(line)
  return lines
}

const codeOf = async (stage: ImportStage, key: string, query = '') =>
  (await stage.check(key, query)).headers['x-auth-code']

/** What a key is and may, apart from ids, which are other ones at another server. */
async function selfOf(stage: ImportStage, key: string) {
  const { body } = await stage.ask(key, 'GET', '/v1/keys/self')
  const { name, scopes, resource, environment, tier, limits, metadata, status, expires_at } = body
  const [{ hint, created_at }] = body.secrets
  return { name, scopes, resource, environment, tier, limits, metadata, status, expires_at, hint, created_at }
}

test('ours and those of every other system work on, for the same customers and with the same rights, and once more after that', async () => {
  const here = await addCustomers(from)
  const there = await addCustomers(to)
  const scopes = ['reports:read', 'reports:manage']
  const ours = {
    customer: await addApiKey(from.server, { organizationId: here.byId, scopes, name: 'Ours', limits: { hour: 7 } }),
    slug: await addApiKey(from.server, { organizationId: here.bySlug, scopes, metadata: { a: [1, { b: 'ü' }] } }),
    person: await addApiKey(from.server, { organizationId: here.byId, userId: here.personId, scopes }),
    home: await addApiKey(from.server, { organizationId: here.homeId, userId: here.personId, scopes }),
  }
  const names = Object.keys(ways) as Way[]
  const foreign = names.map((way) => ({ way, key: drawForeignKey(`${way.slice(0, 3).trim()}-first`) }))
  const used = names.map((way) => ({ way, key: drawForeignKey(`${way.slice(0, 3).trim()}-later`) }))
  const { body } = await from.bring(
    await Promise.all(
      [...foreign, ...used].map(async ({ way, key }) => ({ ...(await ways[way](key)), external_id: 'cus_moves' })),
    ),
  )
  expect(body.counts.created).toBe(2 * names.length)
  for (const { key } of used) await eventually(async () => expect(await codeOf(from, key)).toBe('valid'))
  const rotated = await addApiKey(from.server, { organizationId: here.byId, scopes })
  const { secret } = (await from.ask(from.platform.key, 'POST', `/v1/keys/${rotated.id}/rotate`)).body
  const dead = [
    await addApiKey(from.server, { organizationId: here.byId, revokedAt: new Date() }),
    await addApiKey(from.server, { organizationId: here.byId, expiresAt: new Date(Date.now() - 1_000) }),
  ]

  const lines = await exported(from)
  const hashKeys = lines.filter(({ kind }) => kind === 'hash_key')
  const rows = lines.filter(({ kind }) => kind === 'api_key')
  expect(lines.slice(0, hashKeys.length)).toEqual(hashKeys)
  const arrived = await to.bring(rows, { hash_keys: hashKeys, default_organization_id: undefined })
  const refused = arrived.body.results.filter(({ outcome }: { outcome: string }) => outcome !== 'created')
  // The platform's own keys: their organizations have no name by which the other server knows them.
  const unknown = { errors: [{ path: '/organization_id', code: 'unknown_organization' }] }
  expect(refused).toMatchObject([unknown, unknown])

  const keys = [...Object.values(ours), ...foreign, ...used, { key: String(secret) }].map(({ key }) => key)
  for (const key of keys) {
    await eventually(async () => expect(await codeOf(to, key, '?scope=reports:read')).toBe('valid'))
    expect(await selfOf(to, key)).toEqual(await selfOf(from, key))
  }
  // An old one in its grace is a key of its own there.
  expect(await codeOf(to, rotated.key)).toBe('valid')
  for (const { key } of dead) expect(await codeOf(to, key)).toBe('not_found')
  expect((await to.check(ours.customer.key)).headers['x-auth-organization']).toBe(there.byId)
  expect((await to.check(ours.slug.key)).headers['x-auth-organization']).toBe(there.bySlug)
  expect((await to.check(ours.home.key)).headers).toMatchObject({
    'x-auth-organization': there.homeId,
    'x-auth-subject': there.personId,
  })

  // And on to a third, which here is the second again: everything is there already.
  const onward = await exported(to)
  const again = await to.bring(
    onward.filter(({ kind }) => kind === 'api_key'),
    { hash_keys: onward.filter(({ kind }) => kind === 'hash_key') },
  )
  expect(onward.filter(({ kind }) => kind === 'hash_key')).toHaveLength(hashKeys.length + 1)
  expect(again.body.counts).toMatchObject({ invalid: 0, conflict: 0 })
})

test('another system can compute what ours rest as: HMAC-SHA-256 of the whole key under the first line', async () => {
  const { key } = await addApiKey(from.server)
  const lines = await exported(from)
  const [first] = lines
  expect(first).toMatchObject({ kind: 'hash_key', algorithm: 'hmac-sha256', encoding: 'base64' })
  const secret = Buffer.from((first as { key: string }).key, 'base64')
  expect(lines).toContainEqual(expect.objectContaining({ algorithm: 'hmac-sha256', hash: hmac(key, secret) }))
})

test('the key of that line opens nothing else: no digest of another purpose is made with it', async () => {
  const [first] = await exported(from)
  const secret = Buffer.from((first as { key: string }).key, 'base64')
  const { secrets } = from.server
  for (const purpose of ['access_token', 'refresh_token', 'client_secret', 'session', 'imported_api_key'] as const) {
    expect(secrets.digest(purpose, 'value').toString('hex')).not.toBe(hmac('value', secret))
  }
})

test('a disabled one, or one of a disabled account, is disabled there, too', async () => {
  const organizationId = await addOrganization(from.server, { externalId: 'cus_off' })
  const off = await addApiKey(from.server, { organizationId, disabledAt: new Date() })
  const ownerOff = await addApiKey(from.server, { organizationId, name: 'Owner off' })
  await from.server.db.serviceAccount.update({ where: { id: ownerOff.subject }, data: { disabledAt: new Date() } })
  const lines = (await exported(from)).filter(
    (line) => 'organization_external_id' in line && line.organization_external_id === 'cus_off',
  )
  expect(lines).toMatchObject([{ disabled: true }, { disabled: true }])
  expect(off.id).not.toBe(ownerOff.id)
})

test('more than a block of them are read, each once', async () => {
  const organizationId = await addOrganization(from.server, { externalId: 'cus_many' })
  const rows = Array.from({ length: 600 }, () => ({
    key: drawApiKey('old', 'live'),
    organization_id: organizationId,
  }))
  expect((await from.bring(rows)).body.counts.created).toBe(600)
  from.server.statements()
  const lines = (await exported(from)).filter(
    (line) => 'organization_external_id' in line && line.organization_external_id === 'cus_many',
  )
  expect(new Set(lines.map((line) => 'hash' in line && line.hash)).size).toBe(600)
})
