/** The log, at its most talkative, over flows of every kind: it says what happened and holds no secret. */
import { Writable } from 'node:stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLog } from '../../src/platform/log.ts'
import { createAgent } from '../support/agent.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { openDatabaseProxy, type DatabaseProxy } from '../support/database-proxy.ts'
import { allow, exchange, openApp, signIn, startFlow, tokensFor } from '../support/flow.ts'
import { testSecretKey } from '../support/secret-key.ts'
import { addClient, addPerson, testPassword } from '../support/server.ts'
import { introspect, refresh, revoke, tokenRequest, userinfo } from './endpoints.ts'
import { openStage, signInAt, type Stage } from './stage.ts'

const lines: string[] = []
const log = createLog(
  'trace',
  new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString())
      done()
    },
  }),
)
const everything = (): string => lines.join('')

let database: TestDatabase
let proxy: DatabaseProxy
let stage: Stage
beforeAll(async () => {
  database = await createTestDatabase()
  proxy = await openDatabaseProxy(database.url)
  stage = await openStage({ log, databaseUrl: proxy.url, settings: { LOG_LEVEL: 'trace' } })
})
afterAll(async () => {
  await stage[Symbol.asyncDispose]()
  await proxy[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})

const patience = { timeout: 30_000 }

/** Does everything once, well and badly. @returns each secret that went over the wire, by what it is */
async function useEverything(): Promise<Map<string, string>> {
  const { server } = stage
  const secrets = new Map([
    ['the password', testPassword],
    ['SECRET_KEY', testSecretKey],
    ['the password of the database', new URL(server.config.database.url ?? '').password],
  ])
  const note = (what: string, secret: unknown) => void secrets.set(what, typeof secret === 'string' ? secret : '')
  const [client, person, agent] = [await addClient(server), await addPerson(server), createAgent(server.url)]
  note('a client secret', client.secret)

  const app = await openApp(server, client)
  const started = await startFlow(app, { scope: 'openid email reports:read', login_hint: person.email })
  note('a code verifier', started.verifier)
  const form = await agent.follow(await agent.get(started.url.href))
  note('an interaction', new URL(form.url).searchParams.get('return_to')?.split('/').at(-1))
  note('a form token', /name="_csrf" value="([^"]+)"/.exec(form.html)?.[1])
  await agent.submit('/sign-in', { email: person.email, password: 'a wrong password of mine' })
  note('a wrong password', 'a wrong password of mine')
  const consent = await signIn(agent, await agent.get(form.url), person)
  const callback = new URL((await allow(agent, consent)).location ?? '')
  note('a code', callback.searchParams.get('code'))
  const tokens = await exchange(app, callback, started)
  note('an access token', tokens.access_token)
  note('a refresh token', tokens.refresh_token)
  note('an ID token', tokens.id_token)
  const refreshed = await refresh(server, client, tokens.refresh_token)
  note('its successor', refreshed.body['refresh_token'])
  const identity = await refresh(server, client, refreshed.body['refresh_token'] as string, { scope: 'openid' })
  note('an opaque token', identity.body['access_token'])
  await userinfo(server, identity.body['access_token'] as string)
  await introspect(server, client, tokens.access_token)

  // And what goes wrong: replays, wrong secrets, unknown links, an outage while it is all in flight.
  await refresh(server, client, tokens.refresh_token)
  await tokenRequest(
    server,
    { id: client.id, secret: 'kgcs_a-wrong-client-secret-of-mine' },
    { grant_type: 'refresh_token' },
  )
  note('a wrong client secret', 'kgcs_a-wrong-client-secret-of-mine')
  await agent.get('/links/a-link-token-that-somebody-made-up')
  note('a wrong link', 'a-link-token-that-somebody-made-up')
  const visitor = createAgent(server.url)
  await visitor.get('/sign-up')
  await visitor.submit('/sign-up', { email: 'newcomer@example.com' })
  await expect.poll(() => server.running.inside.mail.captured().length, patience).toBeGreaterThan(0)
  const link = /\/links\/([\w-]+)/.exec(server.running.inside.mail.captured()[0]?.text ?? '')?.[1]
  note('a mailed link', link)
  await visitor.get(`/links/${link}`)

  const other = await tokensFor(server, await addClient(server), person, {}, agent)
  const waiting = await startFlow(other.app)
  await proxy.refuse()
  await agent.get(waiting.url.href)
  await revoke(server, client, tokens.access_token)
  await userinfo(server, identity.body['access_token'] as string)
  await agent.get(`/links/${link}`)
  await agent.submit('/sign-in', { email: person.email, password: person.password }).catch(() => undefined)
  await proxy.restore()
  await expect.poll(async () => (await fetch(`${server.url}/health/ready`)).status, patience).toBe(200)
  await signInAt(agent, person)
  for (const [name, value] of [...agent.cookies, ...visitor.cookies])
    note(`the cookie ${name} ${value.slice(0, 4)}`, value)
  await agent.get('/account/connected-apps')
  await agent.submit('/sign-out')
  return secrets
}

test('holds no password, cookie, code, token, secret or link, whatever happens', async () => {
  const secrets = await useEverything()
  const written = everything()
  expect(lines.length).toBeGreaterThan(30)
  // It is the log of all this: an outage, and requests by their routes.
  expect(written).toContain('"route":"/links/:token"')
  expect(written).toContain('a request failed')
  expect([...secrets].filter(([, secret]) => secret.length <= 5)).toEqual([])
  const formsOf = (secret: string) => [
    secret,
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64'),
    JSON.stringify(secret).slice(1, -1),
  ]
  const leaked = [...secrets].filter(([, secret]) => formsOf(secret).some((form) => written.includes(form)))
  expect(leaked.map(([what]) => what)).toEqual([])
})

test('names people by nothing that they typed', async () => {
  const written = everything()
  expect(written).not.toContain(stage.person.email)
  expect(written).not.toMatch(/newcomer@example\.com|ann-[0-9a-f]{8}@/)
})

test('every line is JSON with a time, a level and, for a request, its id', () => {
  for (const line of everything().trim().split('\n')) {
    const { level, time, msg, ...rest } = JSON.parse(line) as Record<string, string>
    expect(['trace', 'debug', 'info', 'warn', 'error']).toContain(level)
    expect(Date.parse(time ?? '')).toBeGreaterThan(0)
    if (msg === 'request')
      expect(rest).toMatchObject({ request_id: expect.any(String) as string, method: expect.any(String) as string })
  }
})

test('a fault that nobody foresaw is written with its stack, and without what it was about', async () => {
  const { server } = stage
  const agent = createAgent(server.url)
  lines.length = 0
  await server.pool.query('ALTER TABLE links RENAME TO links_gone')
  const page = await agent.get('/links/a-token-that-meets-a-fault-of-ours')
  await server.pool.query('ALTER TABLE links_gone RENAME TO links')
  expect(page.status).toBe(500)
  await expect.poll(everything).toContain('a request failed')
  expect(everything()).toContain('"stack"')
  expect(everything()).not.toContain('a-token-that-meets-a-fault-of-ours')
})

test('what is logged under a name that means a secret is redacted, wherever it stands', () => {
  const written: string[] = []
  const own = createLog('info', { write: (line) => void written.push(line) })
  const secret = 'hunter2-hunter2'
  own.info({ password: secret, headers: { authorization: secret, cookie: secret, 'set-cookie': secret } }, 'one')
  own.info({ body: { code: secret, refresh_token: secret, client_secret: secret } }, 'two')
  own.error({ err: new Error(`connect postgresql://keygrant:${secret}@db/keygrant failed`) }, 'three')
  own.error({ err: Object.assign(new Error('a statement failed'), { parameters: [secret], password: secret }) }, 'four')
  expect(written).toHaveLength(4)
  expect(written.join('')).not.toContain(secret)
})
