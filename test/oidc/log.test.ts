/** No secret in the log, at its most talkative. */
import { Writable } from 'node:stream'
import * as oidc from 'openid-client'
import { expect, test } from 'vitest'
import { createLog } from '../../src/platform/log.ts'
import { createAgent } from '../support/agent.ts'
import { authorize, exchange, openApp, startFlow } from '../support/flow.ts'
import { addClient, addPerson, addResources, startTestServer, testPassword, testSecretKey } from '../support/server.ts'
import { eventually } from '../support/eventually.ts'

test('flows, refusals and faults leave no secret in the log', async () => {
  let written = ''
  const log = createLog(
    'trace',
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        written += chunk.toString()
        done()
      },
    }),
  )
  await using server = await startTestServer({ log })
  await addResources(server)
  const client = await addClient(server)
  const person = await addPerson(server)
  const secrets = new Map<string, string>([
    ['SECRET_KEY', testSecretKey],
    ['the password', testPassword],
    ['the client secret', client.secret ?? ''],
    ['the password of the database', new URL(server.config.database.url ?? '').password],
  ])

  // A sign-in that fails, and one that works.
  const agent = createAgent(server.url)
  const app = await openApp(server, client)
  const started = await startFlow(app, { scope: 'openid exports:run' })
  await agent.follow(await agent.get(started.url.href))
  await agent.submit('/sign-in', { email: person.email, password: 'a wrong but telling password' })
  secrets.set('a wrong password', 'a wrong but telling password')
  const callback = await authorize(agent, started, person)
  secrets.set('a code', callback.searchParams.get('code') ?? '')
  secrets.set('a code verifier', started.verifier)
  const tokens = await exchange(app, callback, started)
  secrets.set('an access token', tokens.access_token)
  secrets.set('a refresh token', tokens.refresh_token ?? '')
  secrets.set('an ID token', tokens.id_token ?? '')
  await oidc.fetchUserInfo(app.configuration, tokens.access_token, person.id).catch(() => undefined)
  const refreshed = await oidc.refreshTokenGrant(app.configuration, tokens.refresh_token ?? '')
  secrets.set('another refresh token', refreshed.refresh_token ?? '')
  await exchange(app, callback, started).catch(() => undefined)

  // A mailed link, and a page that fails on it because the database is gone from under it.
  const visitor = createAgent(server.url)
  await visitor.get('/sign-up')
  await visitor.submit('/sign-up', { email: 'new@example.com' })
  const { mail } = server.running.inside
  await eventually(() => expect(mail.captured()).toHaveLength(1))
  const link = /http:\S+\/links\/([\w-]+)/.exec(mail.captured()[0]?.text ?? '')
  secrets.set('a mailed link', link?.[1] ?? '')
  await visitor.get(link?.[0] ?? '')
  await server.pool.query('ALTER TABLE links RENAME TO links_gone')
  expect((await visitor.get(link?.[0] ?? '')).status).toBe(500)

  for (const one of [agent, visitor]) for (const [name, value] of one.cookies) secrets.set(`the cookie ${name}`, value)
  await eventually(() => expect(written).toContain('a request failed'))
  for (const [what, secret] of secrets) {
    expect(secret, what).not.toBe('')
    expect(written.includes(secret), `${what} is in the log`).toBe(false)
  }
})

test('what is logged under a name that means a secret is redacted, wherever it stands', () => {
  let written = ''
  const destination = {
    write(line: string) {
      written += line
    },
  }
  const log = createLog('info', destination)
  const secret = 'hunter2-hunter2'
  log.info({ password: secret, headers: { authorization: secret, cookie: secret, 'set-cookie': secret } }, 'one')
  log.info({ body: { code: secret, refresh_token: secret, client_secret: secret } }, 'two')
  log.error({ err: new Error(`connect postgresql://keygrant:${secret}@db/keygrant failed`) }, 'three')
  log.error({ err: Object.assign(new Error('a statement failed'), { parameters: [secret], password: secret }) }, 'four')
  expect(written.split('\n').filter((line) => line !== '')).toHaveLength(4)
  expect(written).not.toContain(secret)
})
