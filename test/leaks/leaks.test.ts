/** Leaked secrets are taken in from who signs for them, and answered: the living are revoked, the dead are only told of. */
import { hash } from 'node:crypto'
import { request as post } from 'node:http'
import { Writable } from 'node:stream'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { drawApiKey, hintOf } from '../../src/api-keys/format.ts'
import { newId } from '../../src/platform/ids.ts'
import { createAgent } from '../support/agent.ts'
import { addAdministratorKey, addApiKey, addMember, addOrganization, caller, type TestKey } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import { signIn } from '../support/flow.ts'
import { readMetrics } from '../support/prometheus.ts'
import { addPerson, freePort, startTestServer, type TestServer } from '../support/server.ts'
import { openFinder, type Finder } from './finder.ts'

let finder: Finder
let server: TestServer
let nowMs = Date.parse('2026-03-01T12:00:00Z')
let logged = ''
const clock = { now: () => new Date(nowMs) }
beforeAll(async () => {
  finder = await openFinder()
  const log = pino(
    {},
    new Writable({ write: (chunk: Buffer, _encoding, done) => ((logged += chunk.toString()), done()) }),
  )
  const settings = { LEAK_KEYS_URL: finder.url, OPERATIONS_LISTEN: String(await freePort()) }
  server = await startTestServer({ clock, log, settings })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await finder[Symbol.asyncDispose]()
})

const place = 'https://github.com/octocat/hello-world/blob/main/settings.yml'
const leak = (token: string, url = place) => ({ token, type: 'acme_api_key', url, source: 'content', commit: 'new' })
const check = async ({ key }: Pick<TestKey, 'key'>, { url } = server) => {
  const { status, headers } = await caller({ url }, key)('GET', '/v1/check')
  return [status, headers['x-auth-code']]
}
const judged = (token: string, label: string) => ({
  token_hash: hash('sha256', token),
  token_type: 'acme_api_key',
  label,
})
const reportsOf = async ({ id }: Pick<TestKey, 'id'>, { db } = server) =>
  (await db.leakReport.findMany({ where: { apiKeyId: id }, orderBy: { id: 'asc' } })).map(
    ({ secretId, url, source, outcome }) => ({ secretId, url, source, outcome }),
  )
const eventsOf = async ({ id }: Pick<TestKey, 'id'>) =>
  (await server.db.auditEvent.findMany({ where: { targetId: id } })).map(({ type }) => type).toSorted()

/** Another secret under the same key, whose first one has ended, or is in its grace. */
async function replaced(key: TestKey, endsInMs: number): Promise<{ key: string; secretId: string }> {
  const { db, secrets } = server
  const [secretId, text] = [newId('sec', clock), drawApiKey('kg', 'live')]
  const [now, end] = [clock.now(), new Date(nowMs + endsInMs)]
  await db.apiKeySecret.update({ where: { id: key.secretId }, data: { supersededAt: now, expiresAt: end } })
  const resting = { id: secretId, digest: secrets.digest('api_key', text), hint: hintOf(text), createdAt: now }
  await db.apiKeySecret.create({ data: { ...resting, apiKeyId: key.id, expiresAt: new Date(nowMs + 86_400_000) } })
  return { key: text, secretId }
}

describe('a signed report', () => {
  test('of a living key has it refused everywhere, and says that it was one', async () => {
    const key = await addApiKey(server)
    expect(await check(key)).toEqual([200, 'valid'])
    const reply = await finder.report(server.url, [leak(key.key)])
    expect(reply).toMatchObject({ status: 200, body: [judged(key.key, 'true_positive')] })
    await eventually(async () => expect(await check(key)).toEqual([401, 'revoked']))
    expect(await reportsOf(key)).toEqual([
      { secretId: key.secretId, url: place, source: 'content', outcome: 'revoked' },
    ])
    expect(await server.db.apiKey.findUnique({ where: { id: key.id } })).toMatchObject({
      exposedReason: 'leaked',
      revokedAt: clock.now(),
    })
    expect(await eventsOf(key)).toEqual(['api_key.exposed', 'api_key.revoked'])
    const told = await server.db.outboxEvent.findMany({ where: { organizationId: key.organizationId } })
    expect(told.map(({ type }) => type).toSorted()).toEqual(['api_key.exposed', 'api_key.revoked'])
  })

  test('has the owner written to, once and without the secret, also that it was revoked', async () => {
    const person = await addPerson(server)
    const organizationId = await addOrganization(server)
    await addMember(server, organizationId, person.id)
    const key = await addApiKey(server, { userId: person.id, organizationId, name: 'Nightly export' })
    const message = [leak(key.key), leak(key.key, 'https://example.com/fork')]
    await finder.report(server.url, message)
    await finder.report(server.url, message)
    await server.running.inside.notices.run()
    // What else is to be told would be in a mail a minute later.
    nowMs += 10 * 60_000
    await server.running.inside.notices.run()
    const mails = server.running.inside.mail.captured().filter(({ to }) => to === person.email)
    expect(mails).toHaveLength(1)
    expect(mails[0]?.text).toContain('the key was revoked')
    const [mail] = mails
    expect(mail?.text).toContain('Nightly export')
    expect(mail?.text).toContain(place)
    expect(mail?.text).toContain(hintOf(key.key))
    expect(mail?.text).not.toContain(key.key)
  })

  test('of a dead secret leaves the one that replaced it alone, and is told of once', async () => {
    const key = await addApiKey(server)
    const newer = await replaced(key, -1)
    const reply = await finder.report(server.url, [leak(key.key), leak(key.key, 'https://example.com/fork')])
    const positive = judged(key.key, 'true_positive')
    expect(reply.body).toEqual([positive, positive])
    await finder.report(server.url, [leak(key.key)])
    expect(await check(newer)).toEqual([200, 'valid'])
    expect(await server.db.apiKey.findUnique({ where: { id: key.id } })).toMatchObject({
      revokedAt: null,
      exposedAt: null,
    })
    expect((await reportsOf(key)).map(({ outcome }) => outcome)).toEqual(['dead', 'dead'])
    expect(await eventsOf(key)).toEqual(['api_key.exposed'])
  })

  test('of a secret in its grace ends the key: its thief may have made the rotation', async () => {
    const key = await addApiKey(server)
    const newer = await replaced(key, 60_000)
    await finder.report(server.url, [leak(key.key)])
    await eventually(async () => expect(await check(newer)).toEqual([401, 'revoked']))
  })

  test('of what is none of ours says so, and nothing of it is kept or logged', async () => {
    const before = await server.db.leakReport.count()
    const foreign = ['AKIAIOSFODNN7EXAMPLE', drawApiKey('kg', 'live'), 'x', '\u0000', 'A'.repeat(1000)]
    const reply = await finder.report(
      server.url,
      foreign.map((token) => leak(token)),
    )
    expect(reply.body).toEqual(foreign.map((token) => judged(token, 'false_positive')))
    expect(await server.db.leakReport.count()).toBe(before)
    for (const token of [foreign[0]!, foreign[1]!]) expect(logged).not.toContain(token)
  })

  test('of keys that were brought along finds them by their hashes', async () => {
    const call = caller(server, (await addAdministratorKey(server)).key)
    const { organizationId } = await addApiKey(server)
    const rest = { organization_id: organizationId, service_account: 'Old', scopes: [], expires_at: null }
    const [plain, hashed] = ['old-system-key-0123456789', 'another-old-key-0123456789']
    const rows = [
      { ...rest, name: 'Plain', key: plain },
      { ...rest, name: 'Hashed', hash: hash('sha256', hashed), algorithm: 'sha256' },
    ]
    const imported = await call('POST', '/v1/keys/import', { body: { dry_run: false, rows } })
    expect(imported.body).toMatchObject({ counts: { created: 2 } })
    const reply = await finder.report(server.url, [leak(plain), leak(hashed)])
    expect(reply.body).toEqual([judged(plain, 'true_positive'), judged(hashed, 'true_positive')])
    expect(await server.db.apiKey.count({ where: { organizationId, revokedAt: { not: null } } })).toBe(2)
  })

  test('of many takes as many statements as of one, raises an alarm, and is counted', async () => {
    const { organizationId } = await addApiKey(server)
    const keys = await Promise.all(Array.from({ length: 25 }, () => addApiKey(server, { organizationId })))
    const [first, ...others] = keys
    const spent = async (some: readonly TestKey[]) => {
      server.statements()
      const { status } = await finder.report(
        server.url,
        some.map(({ key }) => leak(key)),
      )
      expect(status).toBe(200)
      return server.statements().filter((text) => /api_key|leak_reports|audit|outbox|idempotency|pg_notify/i.test(text))
        .length
    }
    expect(await spent(others)).toBe(await spent([first!]))
    expect(await server.db.apiKey.count({ where: { organizationId, revokedAt: { not: null } } })).toBe(25)
    const lines = logged.split('\n').filter((line) => line.includes('leaked secrets were reported'))
    expect(lines.filter((line) => line.includes('"revoked":24')).map((line) => JSON.parse(line).level)).toEqual([50])
    for (const { key } of keys) expect(logged).not.toContain(key)
    const metrics = await fetch(`http://localhost:${server.running.operationsPort}/metrics`)
    const family = readMetrics(await metrics.text()).find(({ name }) => name === 'keygrant_leaks_total')
    const value = family?.samples.find(({ labels }) => labels['outcome'] === 'revoked')?.value
    expect(value).toBeGreaterThanOrEqual(25)
  })
})

test('a report is listed for whoever administers the key’s organization and for the platform, and for nobody else', async () => {
  const organizationId = await addOrganization(server)
  const reader = async (role: 'admin' | 'member', scopes = ['leaks:read']) => {
    const person = await addPerson(server)
    await addMember(server, organizationId, person.id, role)
    return { person, ...(await addApiKey(server, { organizationId, userId: person.id, scopes })) }
  }
  const [admin, member, stranger] = [await reader('admin'), await reader('member'), await addApiKey(server)]
  const platform = await addAdministratorKey(server)
  const [one, other] = [await addApiKey(server, { organizationId }), await addApiKey(server, { organizationId })]
  await finder.report(server.url, [leak(one.key)])
  nowMs += 1000
  await finder.report(server.url, [{ token: other.key, type: 'acme_api_key' }])

  const ask = async ({ key }: Pick<TestKey, 'key'>, query = '') => caller(server, key)('GET', `/v1/leaks${query}`)
  const { body } = await ask(admin)
  const shared = { organization_id: organizationId, outcome: 'revoked' }
  expect(body.data).toMatchObject([
    { ...shared, key_id: other.id, secret_id: other.secretId, url: null, source: null },
    { ...shared, key_id: one.id, secret_id: one.secretId, url: place, source: 'content' },
  ])
  expect(JSON.stringify(body)).not.toContain(one.key)
  expect((await ask(member)).body.data).toEqual([])
  expect((await ask(stranger)).status).toBe(403)

  const first = await ask(platform, `?organization_id=${organizationId}&limit=1`)
  expect(first.body.data).toMatchObject([{ key_id: other.id }])
  const second = await ask(platform, `?organization_id=${organizationId}&cursor=${first.body.next_cursor}`)
  expect(second.body).toMatchObject({ data: [{ key_id: one.id }], next_cursor: null })
  expect((await ask(admin, `?key_id=${one.id}`)).body.data).toHaveLength(1)

  const agent = createAgent(server.url)
  await signIn(agent, await agent.get('/sign-in'), admin.person)
  const { html } = await agent.get(`/account/keys/${one.id}`)
  expect(html).toContain('Where it was found')
  expect(html).toContain(place)
  expect(html).not.toContain(`href="${place}`)
})

describe('what isn’t signed is refused, and nothing of it is done:', () => {
  const wrongs: Record<string, (text: string) => { text?: string; headers: Record<string, string> }> = {
    'no signature': () => ({ headers: {} }),
    'a signature of something else': () => ({
      headers: {
        'github-public-key-identifier': finder.identifier,
        'github-public-key-signature': finder.signatureOf('[]'),
      },
    }),
    'a signature that is none': () => ({
      headers: { 'github-public-key-identifier': finder.identifier, 'github-public-key-signature': 'nonsense' },
    }),
    'an altered body': (text) => ({
      text: `${text} `,
      headers: {
        'github-public-key-identifier': finder.identifier,
        'github-public-key-signature': finder.signatureOf(text),
      },
    }),
    'a key that nobody knows': (text) => ({
      headers: {
        'github-public-key-identifier': 'unknown',
        'github-public-key-signature': finder.signatureOf(text),
      },
    }),
  }

  test.for(Object.keys(wrongs))('%s', async (name) => {
    const key = await addApiKey(server)
    const given = JSON.stringify([leak(key.key)])
    const { text = given, headers } = wrongs[name]!(given)
    const reply = await finder.send(server.url, text, headers)
    expect(reply).toMatchObject({ status: 403, body: { code: 'forbidden' } })
    expect(await check(key)).toEqual([200, 'valid'])
    expect(await reportsOf(key)).toEqual([])
  })

  test('and without its headers it is refused before a byte of its body has come', async () => {
    const { promise, resolve, reject } = Promise.withResolvers<number | undefined>()
    const request = post(`${server.url}/v1/leaks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': '5000000' },
    })
    request.on('response', ({ statusCode }) => resolve(statusCode)).on('error', reject)
    request.flushHeaders()
    expect(await promise).toBe(403)
    request.on('error', () => undefined).destroy()
  })

  test('and a message with one fault is not half taken in', async () => {
    const key = await addApiKey(server)
    const reply = await finder.report(server.url, [leak(key.key), { type: 'no token' }])
    expect(reply).toMatchObject({ status: 400, body: { errors: [{ path: '/1/token', code: 'required' }] } })
    expect(await check(key)).toEqual([200, 'valid'])
  })

  test('and more than 5 MiB is too large, but not less', async () => {
    const pad = (bytes: number) => [{ ...leak('x'), pad: 'x'.repeat(bytes) }]
    expect((await finder.report(server.url, pad(4_900_000))).status).toBe(200)
    expect((await finder.report(server.url, pad(5_300_000))).status).toBe(413)
  })
})

describe('the public keys', () => {
  test('are asked for once, however many unknown ones are named, and again after a minute', async () => {
    const name = (identifier: string) =>
      finder.send(server.url, '[]', {
        'github-public-key-identifier': identifier,
        'github-public-key-signature': finder.signatureOf('[]'),
      })
    nowMs += 60_000
    const before = finder.asked()
    const replies = await Promise.all(Array.from({ length: 40 }, (_, index) => name(`unknown-${index}`)))
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([403]))
    expect(finder.asked()).toBe(before + 1)
    nowMs += 60_000
    await name('unknown')
    expect(finder.asked()).toBe(before + 2)
  })

  test('that were good last are kept while their list can’t be read', async () => {
    finder.fail(503)
    nowMs += 3 * 3_600_000
    const before = finder.asked()
    expect((await finder.report(server.url, [])).status).toBe(200)
    expect(finder.asked()).toBe(before + 1)
    finder.fail(200)
  })
})

test('with LEAK_RESPONSE=grace a leaked key works on for an hour at the longest, and is told of once', async () => {
  let now = Date.parse('2026-03-01T12:00:00Z')
  const settings = { LEAK_KEYS_URL: finder.url, LEAK_RESPONSE: 'grace' }
  await using other = await startTestServer({ clock: { now: () => new Date(now) }, settings })
  const key = await addApiKey(other)
  await finder.report(other.url, [leak(key.key)])
  await finder.report(other.url, [leak(key.key, 'https://example.com/fork')])
  expect(await check(key, other)).toEqual([200, 'valid'])
  expect((await reportsOf(key, other)).map(({ outcome }) => outcome)).toEqual(['grace', 'grace'])
  expect(await other.db.auditEvent.count({ where: { targetId: key.id } })).toBe(1)
  now += 3_600_000
  expect(await check(key, other)).toEqual([401, 'expired'])
  // Where the list was never read, nobody is believed; and that is no fault of the sender's.
  finder.fail(503)
  await using third = await startTestServer({ settings })
  expect(await finder.report(third.url, [])).toMatchObject({ status: 503, headers: { 'retry-after': '60' } })
  finder.fail(200)
})

test('one that was in its grace and is found again where leaks are revoked has its owner told of that, too', async () => {
  const settings = { LEAK_KEYS_URL: finder.url, LEAK_RESPONSE: 'grace' }
  await using before = await startTestServer({ clock, settings })
  const person = await addPerson(before)
  const key = await addApiKey(before, { userId: person.id })
  await finder.report(before.url, [leak(key.key)])
  const databaseUrl = before.config.database.url ?? ''
  await using after = await startTestServer({ clock, databaseUrl, settings: { LEAK_KEYS_URL: finder.url } })
  await finder.report(after.url, [leak(key.key, 'https://example.com/fork')])
  await after.running.inside.notices.run()
  const mails = [before, after].flatMap(({ running }) => running.inside.mail.captured())
  expect(mails.filter(({ text }) => text.includes('the key was revoked'))).toHaveLength(1)
})
