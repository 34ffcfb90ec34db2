/** `POST /v1/keys/import`: a result for each row, and what is written of them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addApiKey, addMember, addOrganization, addServiceAccount, type CallOptions } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import { addPerson } from '../support/server.ts'
import {
  drawForeignKey,
  hashKeys,
  hmac,
  hmacSecret,
  openImportStage,
  sha256,
  ways,
  type ImportStage,
} from './import-stage.ts'

let stage: ImportStage

beforeAll(async () => {
  stage = await openImportStage({ KEYS_PER_ORGANIZATION: '2', KEY_CREATIONS_PER_HOUR: '1' })
})
afterAll(async () => stage[Symbol.asyncDispose]())

const plain = (more: Record<string, unknown> = {}) => ({ key: drawForeignKey(), ...more })
const readKey = async (id: string) => (await stage.ask(stage.platform.key, 'GET', `/v1/keys/${id}`)).body

/** How many rows every table has that an import writes to. */
async function everything(): Promise<number[]> {
  const { db } = stage.server
  const tables = [db.apiKey, db.apiKeySecret, db.serviceAccount, db.auditEvent, db.outboxEvent]
  const counts = tables.map((table) => (table as typeof db.apiKey).count())
  const more = [db.foreignKeyFormat.count(), db.hashKey.count(), db.revocation.count()]
  return Promise.all([...counts, ...more])
}

test('makes a key of each row, as the row says', async () => {
  const organizationId = await addOrganization(stage.server, { externalId: 'cus_all', tier: 'pro' })
  const key = drawForeignKey()
  const { status, body } = await stage.bring([
    {
      algorithm: 'sha256',
      hash: sha256(key),
      hint: 'abcd',
      name: 'Nightly export',
      external_id: 'cus_all',
      scopes: ['reports:read', 'keys:rotate'],
      grantable_scopes: ['reports:write'],
      resource: 'https://api.example.com/reports',
      environment: 'test',
      tier: 'enterprise',
      limits: { hour: 50 },
      allowed_ips: ['192.0.2.0/24'],
      metadata: { plan: 'gold', seats: 3, path: String.raw`C:\u0000` },
      expires_at: '2031-01-01T00:00:00Z',
      created_at: '2021-01-01T00:00:00Z',
      disabled: true,
    },
  ])
  expect(status).toBe(200)
  expect(body).toMatchObject({ dry_run: false, counts: { created: 1, unchanged: 0, invalid: 0, conflict: 0 } })
  expect(await readKey(body.results[0].id)).toMatchObject({
    name: 'Nightly export',
    organization_id: organizationId,
    // The customer's own id is its organization's, and the key follows it.
    external_id: null,
    scopes: ['reports:read', 'keys:rotate'],
    grantable_scopes: ['reports:write'],
    resource: 'https://api.example.com/reports',
    environment: 'test',
    tier: 'enterprise',
    limits: { hour: 50 },
    allowed_ips: ['192.0.2.0/24'],
    metadata: { plan: 'gold', seats: 3, path: String.raw`C:\u0000` },
    expires_at: '2031-01-01T00:00:00.000Z',
    created_at: '2021-01-01T00:00:00.000Z',
    status: 'disabled',
    secrets: [{ hint: 'abcd' }],
  })
})

describe('the same file again', () => {
  test('is told beforehand, without anything being written', async () => {
    const rows = [await ways.bcrypt(drawForeignKey()), ways['hmac-sha256'](drawForeignKey()), plain({ tier: 'nope' })]
    const service = { service_account: 'importer-of-dry-runs' }
    const before = await everything()
    const dry = await stage.bring(
      rows.map((row) => ({ ...row, ...service })),
      { dry_run: true },
    )
    expect(await everything()).toEqual(before)
    const real = await stage.bring(rows.map((row) => ({ ...row, ...service })))
    expect(dry.body.counts).toEqual(real.body.counts)
    expect(dry.body.results).toEqual(real.body.results.map(({ id: _, ...result }: { id?: string }) => result))
  })

  test('changes nothing, also when a slow one has become one of ours meanwhile', async () => {
    const used = drawForeignKey('again')
    const rows = [
      await ways.bcrypt(used),
      await ways.argon2id(drawForeignKey()),
      ways.sha256(drawForeignKey()),
      ways['hmac-sha256'](drawForeignKey()),
      plain({ service_account: 'robot', metadata: { b: [1, -0], a: null }, allowed_ips: ['::1', '10.0.0.0/8'] }),
    ]
    const first = await stage.bring(rows)
    expect(first.body.counts.created).toBe(5)
    await eventually(async () => expect((await stage.check(used)).headers['x-auth-code']).toBe('valid'))
    const before = await stage.server.db.apiKey.count()
    const second = await stage.bring(rows)
    expect(second.body.counts).toEqual({ created: 0, unchanged: 5, invalid: 0, conflict: 0 })
    expect(second.body.results.map(({ id }: { id: string }) => id)).toEqual(
      first.body.results.map(({ id }: { id: string }) => id),
    )
    expect(await stage.server.db.apiKey.count()).toBe(before)
  })

  test('with other words in it is a conflict, which says where and not what', async () => {
    const organizationId = await addOrganization(stage.server)
    const row = ways.sha256(drawForeignKey())
    await stage.bring([{ ...row, name: 'Theirs', organization_id: organizationId, metadata: { secret: 'of theirs' } }])
    const { body } = await stage.bring([{ ...row, name: 'Ours' }])
    const differs = (field: string) => ({
      path: field,
      code: 'differs',
      message: 'is another one in the key that is there',
    })
    expect(body.results).toEqual([
      { row: 0, outcome: 'conflict', errors: [differs('/organization_id'), differs('/name'), differs('/metadata')] },
    ])
  })

  test('of a key that was revoked here is a conflict: it does not come back', async () => {
    const row = plain()
    const { body } = await stage.bring([row])
    await stage.ask(stage.platform.key, 'POST', `/v1/keys/${body.results[0].id}/revoke`)
    const again = await stage.bring([row])
    expect(again.body.results).toMatchObject([{ outcome: 'conflict', errors: [{ path: '', code: 'revoked' }] }])
    await eventually(async () => expect((await stage.check(row.key)).headers['x-auth-code']).toBe('revoked'))
  })

  test('in one request counts once', async () => {
    const row = plain()
    const { body } = await stage.bring([row, row, { ...row, name: 'Another' }])
    expect(body.counts).toMatchObject({ created: 1, unchanged: 1, conflict: 1 })
    expect(body.results[1].id).toBe(body.results[0].id)
  })

  test('in plain text is the one that came as a hash, and one of ours is itself', async () => {
    const key = drawForeignKey()
    const first = await stage.bring([ways['hmac-sha256'](key)])
    const second = await stage.bring([{ key }])
    expect(second.body.results[0]).toMatchObject({ outcome: 'unchanged', id: first.body.results[0].id })
    const ours = await addApiKey(stage.server)
    const taken = await stage.bring([{ key: ours.key }])
    expect(taken.body.results[0]).toMatchObject({ outcome: 'conflict' })
  })

  test('with the same Idempotency-Key is the same answer', async () => {
    const rows = [plain()]
    const options: CallOptions = { headers: { 'idempotency-key': crypto.randomUUID() } }
    const first = await stage.bring(rows, {}, options)
    const second = await stage.bring(rows, {}, options)
    expect(second.body).toEqual(first.body)
    expect(second.headers['idempotency-replayed']).toBe('true')
  })
})

describe('the organization', () => {
  test('is the named one, else the customer’s, else the person’s own, else the default', async () => {
    const customer = await addOrganization(stage.server, { externalId: 'cus_1', slug: 'one' })
    const person = await addPerson(stage.server)
    const home = await stage.server.db.organization.findUnique({ where: { personalUserId: person.id } })
    const other = await addOrganization(stage.server)
    const { body } = await stage.bring(
      [
        plain({ organization_id: customer, external_id: 'part-7' }),
        plain({ organization_external_id: 'cus_1', external_id: 'cus_1' }),
        plain({ organization_slug: 'one' }),
        plain({ external_id: 'cus_1' }),
        plain({ user_email: person.email }),
        plain({ external_id: 'cus_unknown' }),
        plain(),
      ],
      { default_organization_id: other },
    )
    const keys = await Promise.all(body.results.map(({ id }: { id: string }) => readKey(id)))
    expect(keys.map(({ organization_id, external_id }) => [organization_id, external_id])).toEqual([
      [customer, 'part-7'],
      [customer, null],
      [customer, null],
      [customer, null],
      [home!.id, null],
      [other, 'cus_unknown'],
      [other, null],
    ])
  })

  test('that is nobody’s is a fault which says what to do, and so is none at all', async () => {
    const { body } = await stage.bring([plain({ external_id: 'cus_2' }), plain()], {
      default_organization_id: undefined,
    })
    expect(body.results.flatMap(({ errors }: { errors: object[] }) => errors)).toMatchObject([
      { path: '/external_id', code: 'unknown_organization', message: expect.stringContaining('make the organization') },
      { path: '/organization_id', code: 'required' },
    ])
  })

  test('may have more keys than it may make itself, and as many at once', async () => {
    const organizationId = await addOrganization(stage.server)
    const { body } = await stage.bring(Array.from({ length: 5 }, () => plain({ organization_id: organizationId })))
    expect(body.counts.created).toBe(5)
  })
})

test('acts for the organization’s service account, for another one by name, or for a person', async () => {
  const organizationId = await addOrganization(stage.server)
  const account = await addServiceAccount(stage.server, organizationId, { name: 'ci' })
  const off = await addServiceAccount(stage.server, organizationId, { name: 'off', disabledAt: new Date() })
  const person = await addPerson(stage.server)
  await addMember(stage.server, organizationId, person.id)
  const { body } = await stage.bring(
    [
      plain(),
      plain({ service_account: 'ci' }),
      plain({ service_account_id: account }),
      plain({ service_account: 'new one' }),
      plain({ service_account: 'new one' }),
      plain({ user_id: person.id }),
      plain({ service_account_id: off }),
    ].map((row) => ({ ...row, organization_id: organizationId })),
  )
  const ids = body.results.slice(0, 6).map(({ id }: { id: string }) => id)
  const keys = await Promise.all(ids.map(readKey))
  const accounts = await stage.server.db.serviceAccount.findMany({ where: { organizationId } })
  const idOf = (name: string) => accounts.find((one) => one.name === name)?.id
  expect(accounts.map(({ name }) => name).toSorted()).toEqual(['ci', 'default', 'new one', 'off'])
  expect(keys.map(({ subject }) => subject)).toEqual([
    idOf('default'),
    account,
    account,
    idOf('new one'),
    idOf('new one'),
    person.id,
  ])
  expect(body.results[6].errors).toMatchObject([{ path: '/service_account_id', code: 'disabled' }])
})

test('is written down for each key and for the whole, and webhooks are spared', async () => {
  const { db } = stage.server
  const outbox = await db.outboxEvent.count()
  const { body } = await stage.bring([plain({ name: 'Told' }), plain({ tier: 'nope' })])
  const [event] = await db.auditEvent.findMany({ where: { targetId: body.results[0].id } })
  expect(event).toMatchObject({
    type: 'api_key.imported',
    organizationId: stage.platform.organizationId,
    actorId: stage.platform.subject,
    data: { name: 'Told', scopes: ['reports:read'], expires_at: null, algorithm: 'plain' },
  })
  const [whole] = await db.auditEvent.findMany({
    where: { type: 'installation.api_keys_imported' },
    orderBy: { id: 'desc' },
    take: 1,
  })
  expect(whole?.data).toEqual({ created: 1, unchanged: 0, invalid: 1, conflict: 0 })
  expect(await db.outboxEvent.count()).toBe(outbox)
})

test('neither key, hash nor secret is in an answer, the log, the audit trail, or legible in the database', async () => {
  const keys = Array.from({ length: 4 }, () => drawForeignKey('hush'))
  const [one = '', two = '', three = '', four = ''] = keys
  const rows = [{ key: one }, ways.sha256(two), ways['hmac-sha256'](three), await ways.bcrypt(four)]
  const secrets = [...keys, sha256(two), hmac(three), String(rows[3]?.['hash']), hmacSecret]
  const answers = [await stage.bring(rows), await stage.bring(rows.map((row) => ({ ...row, name: 'Other' })))]
  const { db } = stage.server
  const tables = [await db.auditEvent.findMany(), await db.apiKeySecret.findMany(), await db.hashKey.findMany()]
  const told = [JSON.stringify(answers), JSON.stringify(await db.outboxEvent.findMany()), stage.logged()]
  const rests = tables.map((table) =>
    JSON.stringify(table, (_, value: unknown) => {
      if (typeof value === 'bigint') return String(value)
      return value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value
    }),
  )
  for (const secret of secrets) for (const text of [...told, ...rests]) expect(text.includes(secret)).toBe(false)
})

test('the same secret of another system is kept once, by whatever name it comes', async () => {
  const hex = { algorithm: 'hmac-sha256', encoding: 'hex', key: Buffer.from(hmacSecret).toString('hex') }
  const key = drawForeignKey()
  await stage.bring([ways['hmac-sha256'](drawForeignKey())], { hash_keys: hashKeys })
  const before = await stage.server.db.hashKey.count()
  await stage.bring([ways['hmac-sha256'](key)], { hash_keys: [hex, ...hashKeys] })
  expect(await stage.server.db.hashKey.count()).toBe(before)
  await eventually(async () => expect((await stage.check(key)).headers['x-auth-code']).toBe('valid'))
})
