/** security.md, "Secrets at rest": a thief of the database gets nothing that works. */
import * as oidc from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAgent } from '../support/agent.ts'
import { authorize, exchange, openApp, startFlow, tokensFor } from '../support/flow.ts'
import { startSmtpCatcher, type SmtpCatcher } from '../support/smtp.ts'
import { testSecretKey } from '../support/secret-key.ts'
import {
  addClient,
  addPerson,
  addResources,
  startTestServer,
  testPassword,
  type TestServer,
} from '../support/server.ts'

let smtp: SmtpCatcher
let server: TestServer
beforeAll(async () => {
  smtp = await startSmtpCatcher()
  server = await startTestServer({ settings: { SMTP_URL: smtp.url } })
  await addResources(server)
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await smtp[Symbol.asyncDispose]()
})

test('a dump of the whole database after flows of every kind holds no live secret', async () => {
  const live = await useEverything()
  expect(live.size).toBeGreaterThan(15)
  const dump = await dumpOf(server)
  // The dump is one: what is no secret is in it.
  expect(dump.text).toContain('ACME Dashboard')
  expect([...live].filter(([, secret]) => secret.length <= 12)).toEqual([])
  const found = [...live].filter(([, secret]) => formsOf(secret).some((form) => dump.text.includes(form)))
  expect(found.map(([what]) => what)).toEqual([])
})

/** Leaves something of each kind behind, unused where it can be. @returns each secret by what it is */
async function useEverything(): Promise<Map<string, string>> {
  const live = new Map<string, string>([
    ['the password', testPassword],
    ['SECRET_KEY', testSecretKey],
  ])
  const client = await addClient(server, { grant_types: ['authorization_code', 'refresh_token', 'client_credentials'] })
  const person = await addPerson(server)
  const agent = createAgent(server.url)
  live.set('a client secret', client.secret ?? '')

  const { app, tokens } = await tokensFor(server, client, person, { scope: 'openid email reports:read' }, agent)
  live.set('a JWT access token', tokens.access_token)
  live.set('an ID token', tokens.id_token ?? '')
  live.set('a used refresh token', tokens.refresh_token ?? '')
  const refreshed = await oidc.refreshTokenGrant(app.configuration, tokens.refresh_token ?? '')
  live.set('a live refresh token', refreshed.refresh_token ?? '')

  const unused = await startFlow(app, { scope: 'openid' })
  live.set('an unused code', (await authorize(agent, unused, person)).searchParams.get('code') ?? '')
  live.set('a code verifier', unused.verifier)

  const opaque = await startFlow(app, { scope: 'openid exports:run' })
  live.set('an opaque access token', (await exchange(app, await authorize(agent, opaque, person), opaque)).access_token)
  const own = await oidc.clientCredentialsGrant(app.configuration, { scope: 'exports:run' })
  live.set("a client's own access token", own.access_token)

  // Somebody in the middle of a request, with what the client sent in it.
  const waiting = createAgent(server.url)
  const other = await openApp(server, await addClient(server))
  const request = await startFlow(other, { login_hint: 'somebody@example.com' })
  const page = await waiting.follow(await waiting.get(request.url.href))
  live.set('an interaction', /interaction(?:%2F|\/)([\w-]{20,})/.exec(page.url)?.[1] ?? '')
  live.set('the state of a waiting request', request.state)
  live.set('the nonce of a waiting request', request.nonce)
  live.set('a form token', /name="_csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? '')

  // Signing out, not yet confirmed.
  const leaving = createAgent(server.url)
  await tokensFor(server, await addClient(server), person, {}, leaving)
  const confirmation = await leaving.get('/oauth2/logout')
  live.set('a pending sign-out', /name="xsrf" value="([^"]+)"/.exec(confirmation.html)?.[1] ?? '')

  for (const [whose, { cookies }] of Object.entries({ agent, waiting, leaving })) {
    for (const [name, value] of cookies) live.set(`the cookie ${name} of ${whose}`, value)
  }

  // A link by mail, unused.
  const visitor = createAgent(server.url)
  await visitor.get('/sign-up')
  await visitor.submit('/sign-up', { email: 'new@example.com' })
  const { links } = await smtp.next()
  live.set('a mailed link', new URL(links[0] ?? '').pathname.split('/').at(-1) ?? '')
  return live
}

/** Every row of every table, bytes as hex and what JSON holds as text. */
async function dumpOf({ pool }: Pick<TestServer, 'pool'>): Promise<{ text: string }> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`,
  )
  const parts: string[] = []
  for (const { name } of tables) {
    const { rows } = await pool.query<{ row: string }>(`SELECT t::text AS row FROM "${name}" t`)
    parts.push(...rows.map(({ row }) => row))
  }
  return { text: parts.join('\n') }
}

function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret)
  return [
    secret,
    bytes.toString('hex'),
    bytes.toString('base64').replaceAll('=', ''),
    bytes.toString('base64url'),
    // What the secret itself encodes.
    Buffer.from(secret, 'base64url').toString('hex'),
  ].filter((form) => form.length > 12)
}
