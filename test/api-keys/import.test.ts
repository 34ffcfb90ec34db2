/** `POST /v1/keys/import`: a result for each row, and what is written of them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { drawApiKey } from '../../src/api-keys/format.ts'
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
      metadata: { plan: 'gold', seats: 3 },
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
    metadata: { plan: 'gold', seats: 3 },
    expires_at: '2031-01-01T00:00:00.000Z',
    created_at: '2021-01-01T00:00:00.000Z',
    status: 'disabled',
    secrets: [{ hint: 'abcd' }],
  })
})

const word = (length: number) => 'x'.repeat(length)
const faults: [why: string, row: Record<string, unknown>, path: string, code: string][] = [
  ['neither a key nor a hash', {}, '/key', 'one_of'],
  ['both', { ...plain(), hash: sha256('a'), algorithm: 'sha256' }, '/key', 'one_of'],
  ['a hash without an algorithm', { hash: sha256('a') }, '/algorithm', 'required'],
  ['an unknown algorithm', { hash: sha256('a'), algorithm: 'md5' }, '/algorithm', 'invalid_value'],
  ['half a SHA-256', { hash: sha256('a').slice(32), algorithm: 'sha256' }, '/hash', 'malformed'],
  ['bcrypt without lookup_prefix', { hash: `$2b$10$${word(53)}`, algorithm: 'bcrypt' }, '/lookup_prefix', 'required'],
  ['bcrypt that keeps a core busy for seconds', slow('bcrypt', `$2b$14$${word(53)}`), '/hash', 'malformed'],
  ['argon2id that takes gigabytes', slow('argon2id', argon(2 ** 21, 1)), '/hash', 'malformed'],
  ['argon2id that takes minutes', slow('argon2id', argon(2 ** 16, 100)), '/hash', 'malformed'],
  ['argon2i', slow('argon2id', argon(1024, 1).replace('argon2id', 'argon2i')), '/hash', 'malformed'],
  [
    'a prefix that is everybody’s',
    { ...slow('bcrypt', `$2b$10$${word(53)}`), lookup_prefix: 'sk_' },
    '/lookup_prefix',
    'invalid_format',
  ],
  [
    'a prefix with a fast hash',
    { hash: sha256('a'), algorithm: 'sha256', lookup_prefix: 'abcd' },
    '/lookup_prefix',
    'not_needed',
  ],
  ['a hint with a plain key', plain({ hint: 'abcd' }), '/hint', 'not_needed'],
  ['a key that is too short', { key: 'hunter2' }, '/key', 'malformed'],
  ['a key with a space', { key: 'correct horse battery' }, '/key', 'malformed'],
  ['a mistyped key of ours', { key: `kg_live_${word(36)}` }, '/key', 'mistyped'],
  ['what would be taken for a JWT', { key: 'eyJhbGciOiJIUzI1NiJ9.e30.abc' }, '/key', 'token'],
  ['what would be taken for an opaque token', { key: `kgat_${word(43)}` }, '/key', 'token'],
  ['an unknown field', plain({ scope: 'reports:read' }), '/scope', 'unknown_field'],
  ['an unknown scope', plain({ scopes: ['reports:read', 'legacy:all'] }), '/scopes/1', 'unknown_scope'],
  ['no scopes', plain({ scopes: undefined }), '/scopes', 'required'],
  ['no word about its end', plain({ expires_at: undefined }), '/expires_at', 'required'],
  ['an end that is no time', plain({ expires_at: 'never' }), '/expires_at', 'invalid_format'],
  ['a birth in the future', plain({ created_at: '2999-01-01T00:00:00Z' }), '/created_at', 'in_the_future'],
  ['an unknown resource', plain({ resource: 'https://nowhere.example' }), '/resource', 'unknown_resource'],
  ['an unknown tier', plain({ tier: 'platinum' }), '/tier', 'unknown_tier'],
  ['limits that are none', plain({ limits: { hour: -1 } }), '/limits/hour', 'too_small'],
  ['an address that is none', plain({ allowed_ips: ['300.1.1.1'] }), '/allowed_ips/0', 'custom'],
  ['an unknown organization', plain({ organization_id: 'org_nowhere' }), '/organization_id', 'unknown_organization'],
  ['an unknown slug', plain({ organization_slug: 'nowhere' }), '/organization_slug', 'unknown_organization'],
  ['two organizations', plain({ organization_id: 'a', organization_slug: 'b' }), '/organization_slug', 'ambiguous'],
  [
    'an unknown service account',
    plain({ service_account_id: 'svc_nobody' }),
    '/service_account_id',
    'unknown_service_account',
  ],
  ['an unknown person', plain({ user_email: 'nobody@example.com' }), '/user_email', 'unknown_user'],
  ['a NUL in a name that is looked for', plain({ organization_id: 'a\0b' }), '/organization_id', 'invalid_format'],
  ['no object', 'a key' as unknown as Record<string, unknown>, '', 'invalid_type'],
]

describe('a row with a fault stops no other, and is told what is wrong', () => {
  test.each(faults)('%s', async (_, row, path, code) => {
    const rows = [plain(), row, plain()]
    const sent = typeof row === 'object' ? rows : undefined
    const { body } = sent ? await stage.bring(rows) : await bringRaw([fullRow(), row, fullRow()])
    expect(body.results.map(({ outcome }: { outcome: string }) => outcome)).toEqual(['created', 'invalid', 'created'])
    expect(body.results[1]).toEqual({
      row: 1,
      outcome: 'invalid',
      errors: expect.arrayContaining([{ path, code, message: expect.any(String) }]),
    })
  })

  test('with every fault at once', async () => {
    const { body } = await stage.bring([
      plain({ scopes: ['nope:a', 'nope:b'], tier: 'nope', organization_slug: 'nope' }),
    ])
    expect(body.results[0].errors.map(({ path }: { path: string }) => path).toSorted()).toEqual([
      '/organization_slug',
      '/scopes/0',
      '/scopes/1',
      '/tier',
    ])
  })

  test('an HMAC without the secret that it was made with', async () => {
    const row = { algorithm: 'hmac-sha256', hash: hmac(drawForeignKey()) }
    const { body } = await stage.bring([row], { hash_keys: [] })
    expect(body.results[0].errors).toMatchObject([{ path: '/algorithm', code: 'hash_key_required' }])
  })

  test('what the owner or the caller may not hold', async () => {
    const person = await addPerson(stage.server)
    await addMember(stage.server, stage.platform.organizationId, person.id)
    const narrow = await addApiKey(stage.server, {
      organizationId: stage.platform.organizationId,
      serviceAccountId: stage.platform.subject,
      scopes: ['keys:write', 'admin:keys:write', 'reports:manage'],
    })
    const body = {
      rows: [
        {
          ...fullRow(),
          scopes: ['reports:manage'],
          organization_id: stage.platform.organizationId,
          user_email: person.email.toUpperCase(),
        },
        { ...fullRow(), scopes: ['reports:manage', 'reports:read'] },
        { ...fullRow(), scopes: ['reports:manage'] },
        { ...fullRow(), scopes: ['admin:keys:write'] },
      ],
      default_organization_id: stage.platform.organizationId,
    }
    const answer = await stage.ask(narrow.key, 'POST', '/v1/keys/import', { body })
    expect(answer.body.results).toMatchObject([
      { outcome: 'invalid', errors: [{ path: '/scopes/0', code: 'beyond_owner' }] },
      { outcome: 'invalid', errors: [{ path: '/scopes/1', code: 'insufficient_scope' }] },
      { outcome: 'created' },
      { outcome: 'invalid', errors: [{ path: '/scopes/0', code: 'beyond_owner' }] },
    ])
  })

  test('more than sixteen slow ones that begin alike, and a ninth length of what they begin with', async () => {
    const many = await Promise.all(
      Array.from({ length: 17 }, async () => ({ ...(await ways.bcrypt(drawForeignKey())), lookup_prefix: 'old-same' })),
    )
    const crowded = await stage.bring(many)
    expect(crowded.body.counts).toMatchObject({ created: 16, invalid: 1 })
    expect(crowded.body.results[16].errors).toMatchObject([{ path: '/lookup_prefix', code: 'too_common' }])
    const lengths = await Promise.all(
      [9, 10, 11, 12, 13, 14, 15, 16].map(async (length) => {
        const key = drawForeignKey()
        return { ...(await ways.bcrypt(key)), lookup_prefix: key.slice(0, length) }
      }),
    )
    const various = await stage.bring(lengths)
    expect(various.body.counts).toMatchObject({ created: 7, invalid: 1 })
    expect(various.body.results[7].errors).toMatchObject([{ path: '/lookup_prefix', code: 'too_many_lengths' }])
  })
})

describe('the whole is refused', () => {
  test.each<[string, object, string, string]>([
    ['without rows', { rows: [] }, '/rows', 'too_small'],
    ['with more than a thousand', { rows: Array.from({ length: 1_001 }, () => ({})) }, '/rows', 'too_big'],
    ['with an unknown field', { rows: [{}], dryrun: true }, '/dryrun', 'unknown_field'],
    [
      'with a secret that is not hex',
      { rows: [{}], hash_keys: [{ algorithm: 'hmac-sha256', encoding: 'hex', key: 'xyz' }] },
      '/hash_keys/0/key',
      'custom',
    ],
    [
      'with an unknown default',
      { rows: [{}], default_organization_id: 'org_x' },
      '/default_organization_id',
      'unknown_organization',
    ],
  ])('%s', async (_, body, path, code) => {
    const answer = await stage.ask(stage.platform.key, 'POST', '/v1/keys/import', { body })
    expect(answer.status).toBe(400)
    expect(answer.body.errors).toEqual([{ path, code, message: expect.any(String) }])
  })

  test('for whoever is no administrator of the platform', async () => {
    const { key } = await addApiKey(stage.server, { scopes: ['keys:write', 'admin:keys:write'] })
    const answer = await stage.ask(key, 'POST', '/v1/keys/import', { body: { rows: [{}] } })
    expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  })

  test('past two mebibytes, and not before', async () => {
    const row = { ...fullRow(), metadata: { note: word(15_000) } }
    const body = {
      rows: Array.from({ length: 130 }, () => row),
      default_organization_id: stage.platform.organizationId,
      dry_run: true,
    }
    expect(await stage.ask(stage.platform.key, 'POST', '/v1/keys/import', { body })).toMatchObject({ status: 200 })
    const text = JSON.stringify({ ...body, rows: Array.from({ length: 145 }, () => row) })
    const headers = { 'content-type': 'application/json' }
    const answer = await stage.ask(stage.platform.key, 'POST', '/v1/keys/import', { text, headers })
    expect(answer.status).toBe(413)
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
    JSON.stringify(table, (_, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
    ),
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

function fullRow(): Record<string, unknown> {
  return { key: drawApiKey('acme', 'live'), scopes: ['reports:read'], expires_at: null }
}

function bringRaw(rows: unknown[]) {
  const body = { rows, default_organization_id: stage.platform.organizationId }
  return stage.ask(stage.platform.key, 'POST', '/v1/keys/import', { body })
}

function slow(algorithm: string, hash: string): Record<string, unknown> {
  return { algorithm, hash, lookup_prefix: 'old-1234' }
}

function argon(memory: number, passes: number): string {
  const bytes = Buffer.alloc(32).toString('base64').replace('=', '')
  return `$argon2id$v=19$m=${memory},t=${passes},p=1$${bytes}$${bytes}`
}
