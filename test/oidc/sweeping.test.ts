/** What has expired goes by itself: the database doesn't grow with the number of sign-ins. */
import * as oidc from 'openid-client'
import { afterEach, expect, test, vi } from 'vitest'
import { day } from '../../src/platform/clock.ts'
import { createAgent } from '../support/agent.ts'
import { authorize, openApp, startFlow, tokensFor } from '../support/flow.ts'
import { addClient, addPerson, addResources, startTestServer, type TestServer } from '../support/server.ts'

afterEach(() => void vi.useRealTimers())

/** What flows leave behind; the rest of the tables hold what people and administrators made. */
const fleeting = [
  'token_families',
  'authorization_codes',
  'refresh_tokens',
  'access_tokens',
  'revoked_tokens',
  'replays',
  'sessions',
  'session_clients',
  'interactions',
  'links',
  'devices',
  'throttles',
] as const

test('row counts come back: after flows of every kind nothing is left but what people allowed', async () => {
  await using server = await startTestServer()
  await addResources(server)
  const before = await counts(server)
  await useEverything(server)
  const after = await counts(server)
  const grown = [
    'token_families',
    'authorization_codes',
    'refresh_tokens',
    'access_tokens',
    'sessions',
    'interactions',
    'links',
  ] as const
  expect(grown.filter((table) => after[table] <= before[table])).toEqual([])

  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  moveOn(400)
  await server.running.inside.sweeper.sweep()
  // The first administrator's link, which was there from the start, has expired too.
  expect(await counts(server)).toEqual({ ...before, links: 0 })
  expect(await server.db.grant.count()).toBeGreaterThan(0)
  expect(await server.db.auditEvent.count()).toBeGreaterThan(0)
})

test('nothing goes earlier than a day after its end, and a used code stays as long as its family', async () => {
  await using server = await startTestServer()
  const client = await addClient(server)
  const { app } = await tokensFor(server, client, await addPerson(server))
  const unused = await startFlow(app)
  await authorize(createAgent(server.url), unused, await addPerson(server))
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })

  moveOn(0.9)
  await server.running.inside.sweeper.sweep()
  expect(await server.db.authorizationCode.count()).toBe(2)
  moveOn(0.2)
  await server.running.inside.sweeper.sweep()
  // The unused one is gone. The used one must still be known as a replay while its tokens could be revoked.
  expect(await server.db.authorizationCode.findMany({ select: { consumedAt: true } })).toEqual([
    { consumedAt: expect.any(Date) as Date },
  ])
  moveOn(60)
  await server.running.inside.sweeper.sweep()
  expect(await server.db.authorizationCode.count()).toBe(0)
})

test('a family lives as long as it is used: ninety days of refreshes lose nothing', async () => {
  await using server = await startTestServer()
  const { tokens, app } = await tokensFor(server, await addClient(server), await addPerson(server), {
    scope: 'openid offline_access',
    prompt: 'consent',
  })
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  let refreshToken = tokens.refresh_token ?? ''
  for (let turn = 0; turn < 4; turn++) {
    moveOn(20)
    await server.running.inside.sweeper.sweep()
    refreshToken = (await oidc.refreshTokenGrant(app.configuration, refreshToken)).refresh_token ?? ''
  }
  expect(await server.db.tokenFamily.count()).toBe(1)
})

test('more than a batch goes in one sweep', async () => {
  await using server = await startTestServer()
  await server.pool.query(
    `INSERT INTO replays (digest, expires_at) SELECT sha256(n::text::bytea), now() - interval '2 days' FROM generate_series(1, 1201) n`,
  )
  expect(await server.running.inside.sweeper.sweep()).toEqual({ replays: 1201 })
})

function moveOn(days: number): void {
  vi.setSystemTime(Date.now() + days * day * 1000)
}

async function counts({ pool }: Pick<TestServer, 'pool'>): Promise<Record<(typeof fleeting)[number], number>> {
  const { rows } = await pool.query<Record<(typeof fleeting)[number], number>>(
    `SELECT ${fleeting.map((table) => `(SELECT count(*)::int FROM ${table}) AS ${table}`).join(', ')}`,
  )
  if (!rows[0]) throw new Error('no counts')
  return rows[0]
}

async function useEverything(server: TestServer): Promise<void> {
  const client = await addClient(server, { grant_types: ['authorization_code', 'refresh_token', 'client_credentials'] })
  const person = await addPerson(server)
  for (const scope of ['openid', 'openid reports:read', 'openid exports:run']) {
    const { tokens, app } = await tokensFor(server, client, person, { scope })
    if (scope === 'openid reports:read') await oidc.tokenRevocation(app.configuration, tokens.access_token)
    else await oidc.refreshTokenGrant(app.configuration, tokens.refresh_token ?? '')
  }
  const app = await openApp(server, client)
  await oidc.clientCredentialsGrant(app.configuration, { scope: 'exports:run' })
  await authorize(createAgent(server.url), await startFlow(app), person)

  const waiting = createAgent(server.url)
  await waiting.follow(await waiting.get((await startFlow(app)).url.href))
  const visitor = createAgent(server.url)
  await visitor.get('/sign-up')
  await visitor.submit('/sign-up', { email: 'new@example.com' })
  await expect.poll(() => server.running.inside.mail.captured().length).toBe(1)
}
