/** Settings: changed while the server runs, on every node within a second, unless the environment has the say. */
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { settings as environmentSettings } from '../../src/config-variables.ts'
import { settingNames, settingSchemas, variableOf, type SettingName } from '../../src/setting-values.ts'
import { settingStates } from '../../src/settings/setting.ts'
import { addAdministratorKey, addApiKey, call, type Reply, type TestKey } from '../support/api.ts'
import { tokensFor } from '../support/flow.ts'
import { addClient, addPerson, startTestServer, type TestPerson, type TestServer } from '../support/server.ts'
import { startSmtpCatcher, type SmtpCatcher } from '../support/smtp.ts'

let smtp: SmtpCatcher
let server: TestServer
/** Another node, whose environment fixes one of them. */
let other: TestServer
let administrator: TestPerson
/** A token of a sign-in of just now. */
let fresh: string
let platform: TestKey
beforeAll(async () => {
  smtp = await startSmtpCatcher()
  server = await startTestServer({ settings: { SMTP_URL: smtp.url } })
  const settings = { PUBLIC_URL: server.url, KEYS_PER_ORGANIZATION: '7' }
  other = await startTestServer({ settings, databaseUrl: server.config.database.url ?? '' })
  platform = await addAdministratorKey(server)
  administrator = await addPerson(server, { administrator: true })
  const client = await addClient(server)
  const parameters = { scope: 'openid admin:settings:read admin:settings:write', resource: `${server.url}/v1` }
  fresh = (await tokensFor(server, client, administrator, parameters)).tokens.access_token
})
afterAll(async () => {
  await other[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
  await smtp[Symbol.asyncDispose]()
})

const urlOf = ({ running }: TestServer) => `http://localhost:${running.port}`
const read = (key = platform.key, node = server) => call(urlOf(node), 'GET', '/v1/settings', { key })
const patch = (body: unknown, key = fresh, node = server) => call(urlOf(node), 'PATCH', '/v1/settings', { key, body })
const page = async (path: string, node = server) => (await fetch(urlOf(node) + path)).text()
/** Without their places in the chain, which they get in a moment. */
const noted = () =>
  server.db.auditEvent.findMany({
    where: { type: 'settings.changed' },
    omit: { seq: true, mac: true },
    orderBy: { id: 'asc' },
  })

/** What a change reaches every node within. */
const within = { timeout: 1000, interval: 20 }

const nothing = Object.fromEntries(settingNames.map((name) => [name, null]))
beforeEach(async () => void (await patch(nothing)))

test('every setting says its value, and whether the environment, somebody or nobody has set it', async () => {
  await patch({ sign_up: 'invitation', key_lifetime_max: 86_400 })
  expect(await read()).toMatchObject({ status: 200, body: { sign_up: { value: 'invitation', source: 'stored' } } })
  await vi.waitFor(async () => {
    const { body } = await read(platform.key, other)
    expect(body).toEqual({
      platform_name: { value: 'Keygrant', source: 'default' },
      support_email: { value: 'support@localhost', source: 'default' },
      logo: { value: null, source: 'default' },
      accent_color: { value: null, source: 'default' },
      accent_color_dark: { value: null, source: 'default' },
      upgrade_url: { value: null, source: 'default' },
      sign_up: { value: 'invitation', source: 'stored' },
      key_lifetime_max: { value: 86_400, source: 'stored' },
      keys_per_organization: { value: 7, source: 'environment' },
      key_creations_per_hour: { value: 100, source: 'default' },
    })
  }, within)
})

test('a change holds on this node at once and on every other within a second, in whatever says it', async () => {
  const changed = {
    platform_name: 'Acme, Inc. <Portal>',
    support_email: 'help@acme.example',
    upgrade_url: 'https://acme.example/pricing',
    sign_up: 'closed',
  }
  expect(await patch(changed)).toMatchObject({ status: 200 })
  const holds = async (node: TestServer) => {
    expect(await page('/', node)).toContain('Acme, Inc. &lt;Portal&gt;')
    expect(await page('/sign-up', node)).toContain('takes no new accounts')
    expect(await page('/sign-in', node)).not.toContain('href="/sign-up')
    expect(await page('/docs/troubleshooting', node)).toContain('https://acme.example/pricing')
    const { body } = await call(urlOf(node), 'GET', '/v1/keys')
    expect(body).toMatchObject({ code: 'missing', support: 'help@acme.example' })
    const { data } = (await call(urlOf(node), 'GET', '/v1/resources', { key: platform.key })).body
    expect(data).toContainEqual(expect.objectContaining({ title: 'Acme, Inc. <Portal> API' }))
  }
  await holds(server)
  await vi.waitFor(() => holds(other), within)
})

test('mails come from the platform by its name, whatever is in it', async () => {
  await patch({ platform_name: 'Acme, Inc. <Portal>', support_email: 'help@acme.example' })
  const { email } = administrator
  server.running.inside.mail.post({ to: email, subject: 'Hello', text: 'Hello', html: '<p>Hello</p>' })
  const mail = await smtp.next(({ to }) => to.includes(email))
  expect([mail.from, mail.to]).toEqual(['help@acme.example', [email]])
  expect(mail.headers['from']).toBe('"Acme, Inc. <Portal>" <help@acme.example>')
  expect(mail.headers['message-id']).toMatch(/@acme\.example>$/)
})

describe('what keys may be', () => {
  const issue = (by: TestKey, body: object = {}): Promise<Reply> =>
    call(server.url, 'POST', '/v1/keys', { key: by.key, body: { name: 'A key', scopes: [], ...body } })

  test('a longest life that is set is the ceiling, and the life of keys that ask for none', async () => {
    const by = await addApiKey(server, { scopes: ['keys:write'] })
    await patch({ key_lifetime_max: 86_400 })
    expect(await issue(by, { expires_in: 86_401 })).toMatchObject({
      status: 400,
      body: { errors: [{ path: '/expires_in', code: 'too_big', message: expect.stringContaining('to 86400') }] },
    })
    expect(await issue(by, { expires_in: 86_400 })).toMatchObject({ status: 201 })
    const { body } = await issue(by)
    const life = Date.parse(body.expires_at as string) - Date.parse(body.created_at as string)
    expect(life).toBe(86_400_000)
  })

  test('as many keys as are set, and as many in an hour', async () => {
    const by = await addApiKey(server, { scopes: ['keys:write'] })
    await patch({ keys_per_organization: 2 })
    expect((await issue(by)).status).toBe(201)
    expect(await issue(by)).toMatchObject({ status: 409, body: { code: 'key_limit_reached' } })
    await patch({ keys_per_organization: 50, key_creations_per_hour: 2 })
    expect(await issue(by)).toMatchObject({ status: 429, body: { code: 'too_many_requests' } })
    await patch({ key_creations_per_hour: null })
    expect((await issue(by)).status).toBe(201)
  })
})

test('what the environment fixes is nobody’s to change, and the answer names the variable', async () => {
  const before = await noted()
  expect(await patch({ keys_per_organization: 8, sign_up: 'closed' }, fresh, other)).toMatchObject({
    status: 409,
    body: { code: 'conflict', detail: expect.stringContaining('KEYS_PER_ORGANIZATION') },
  })
  expect(await patch({ keys_per_organization: null }, fresh, other)).toMatchObject({ status: 409 })
  // To say what is so already is no contradiction.
  expect(await patch({ keys_per_organization: 7 }, fresh, other)).toMatchObject({ status: 200 })
  expect(await noted()).toEqual(before)
  expect((await read()).body).toMatchObject({ sign_up: { source: 'default' }, keys_per_organization: { value: 1000 } })
})

test('null is the default again, and what changes nothing leaves no trace', async () => {
  await patch({ sign_up: 'closed' })
  const count = (await noted()).length
  await patch({ sign_up: 'closed' })
  await patch({})
  expect(await noted()).toHaveLength(count)
  expect(await patch({ sign_up: null })).toMatchObject({ body: { sign_up: { value: 'open', source: 'default' } } })
  await patch({ sign_up: null })
  expect((await noted()).slice(count)).toMatchObject([
    {
      actorKind: 'user',
      actorId: administrator.id,
      targetKind: 'settings',
      data: { before: { sign_up: 'closed' }, after: { sign_up: 'open' } },
    },
  ])
  expect(await server.db.setting.count()).toBe(0)
})

test('bad input is refused with every fault, and changes nothing', async () => {
  const { status, body } = await patch({
    platform_name: ' ',
    support_email: 'nobody',
    upgrade_url: 'javascript:alert(1)',
    sign_up: 'perhaps',
    key_lifetime_max: 0,
    public_url: 'https://elsewhere.example',
  })
  expect(status).toBe(400)
  const paths = (body.errors as { path: string }[]).map(({ path }) => path)
  const wrong = ['platform_name', 'support_email', 'upgrade_url', 'sign_up', 'key_lifetime_max', 'public_url']
  expect(paths.toSorted()).toEqual(wrong.map((name) => `/${name}`).toSorted())
  expect(await server.db.setting.count()).toBe(0)
})

test('two changes at the same moment both hold', async () => {
  const answers = await Promise.all([patch({ sign_up: 'closed' }), patch({ platform_name: 'Acme' })])
  expect(answers.map(({ status }) => status)).toEqual([200, 200])
  expect((await read()).body).toMatchObject({ sign_up: { value: 'closed' }, platform_name: { value: 'Acme' } })
})

test('no key changes them, and whoever administers no platform doesn’t see them', async () => {
  expect(await patch({ sign_up: 'closed' }, platform.key)).toMatchObject({
    status: 403,
    body: { code: 'fresh_sign_in_required', detail: expect.stringContaining('keygrant command') },
  })
  const { key } = await addApiKey(server, { scopes: ['settings:read', 'settings:write'] })
  expect(await read(key)).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  expect(await patch({ sign_up: 'closed' }, key)).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  expect(await server.db.setting.count()).toBe(0)
})

test('what this version doesn’t know or take of what is stored is as if it weren’t there', () => {
  const given = server.config.settings
  const stored = [
    { name: 'of_another_version', value: 1 },
    { name: 'sign_up', value: 'never' },
    { name: 'key_lifetime_max', value: '86400' },
    { name: 'platform_name', value: 'Acme' },
  ]
  const states = settingStates(stored, given)
  expect(states).toMatchObject({
    sign_up: { source: 'default' },
    key_lifetime_max: { source: 'default' },
    platform_name: { value: 'Acme', source: 'stored' },
  })
  expect(Object.keys(states)).toEqual(settingNames)
})

test('the environment and the API take the same values', () => {
  expect(Object.keys(environmentSettings)).toEqual(expect.arrayContaining(settingNames.map(variableOf)))
  const { dataDir } = server.config
  const byEnvironment = (name: SettingName, text: string): unknown => {
    try {
      return readConfig({ DATA_DIR: dataDir, [variableOf(name)]: text }).settings.fixed[name]
    } catch {
      return 'refused'
    }
  }
  const values = fc.oneof(
    fc.constantFrom(
      'open',
      'invitation',
      'closed',
      'a@b.example',
      'https://a.example/x',
      'ftp://a.example',
      'a\u0000b',
    ),
    fc.integer({ min: -1, max: 400_000_000 }).map(String),
    fc.string({ minLength: 1, maxLength: 70 }).filter((text) => text.trim() === text && text !== ''),
  )
  fc.assert(
    fc.property(fc.constantFrom(...settingNames), values, (name, text) => {
      const isNumber = name.startsWith('key')
      const asked = isNumber && /^-?\d+$/.test(text) ? Number(text) : text
      const byApi = settingSchemas[name].safeParse(asked)
      if (isNumber && typeof asked === 'string') return
      expect(byEnvironment(name, text)).toEqual(byApi.success ? byApi.data : 'refused')
    }),
    { numRuns: 200 },
  )
})
