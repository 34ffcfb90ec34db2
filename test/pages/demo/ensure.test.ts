/** The demo's client and API: there in development, once, and nowhere in production. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { clientId, notes } from '../../../src/pages/demo/demo.ts'
import { ensureDemo } from '../../../src/pages/demo/ensure.ts'
import { systemClock } from '../../../src/platform/clock.ts'
import { openDatabase, type Database, type Db } from '../../../src/platform/database.ts'
import { createLog } from '../../../src/platform/log.ts'
import { createAgent } from '../../support/agent.ts'
import { createTestDatabase, type TestDatabase } from '../../support/database.ts'
import { addPerson, addResources, startTestServer } from '../../support/server.ts'
import { getTokens } from './walk.ts'

let database: TestDatabase
let open: Database
const log = createLog('silent')

beforeAll(async () => {
  database = await createTestDatabase()
  open = openDatabase({ url: database.url, poolSize: 4, log })
})
afterAll(async () => {
  await open[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})

const ensure = (issuer: string) => ensureDemo({ db: open.prisma, clock: systemClock, log }, issuer)

/** What there is of the demo, and what was noted of it. */
async function traces(db: Db) {
  const clients = await db.client.findMany({ where: { id: clientId } })
  const scopes = await db.scope.findMany({ where: { resource: { name: notes.name } }, orderBy: { position: 'asc' } })
  const events = await db.auditEvent.findMany({
    where: { targetId: clientId },
    orderBy: [{ at: 'asc' }, { id: 'asc' }],
  })
  return {
    redirects: clients.map(({ redirectUris }) => redirectUris),
    scopes: scopes.map(({ name, optional, sensitive, writes }) => ({ name, optional, sensitive, writes })),
    events: events.map(({ type }) => type),
  }
}

test('several starts at once make one client and one API; a later start makes nothing', async () => {
  const issuer = 'http://localhost:3000'
  const demos = await Promise.all([ensure(issuer), ensure(issuer), ensure(issuer)])
  const expected = {
    redirects: [[`${issuer}/demo/callback`]],
    scopes: [
      { name: 'demo.notes:read', optional: false, sensitive: false, writes: false },
      { name: 'demo.notes:write', optional: true, sensitive: false, writes: true },
      { name: 'demo.diary:read', optional: true, sensitive: true, writes: false },
    ],
    events: ['client.created'],
  }
  expect(new Set(demos.map((demo) => demo?.clientId))).toEqual(new Set([clientId]))
  expect(await traces(open.prisma)).toEqual(expected)
  await ensure(issuer)
  expect(await traces(open.prisma)).toEqual(expected)
})

test('its client is public, unverified, and may ask for nothing but the demo’s', async () => {
  await ensure('http://localhost:3000')
  expect(await open.prisma.client.findUnique({ where: { id: clientId }, include: { secrets: true } })).toMatchObject({
    tokenEndpointAuthMethod: 'none',
    applicationType: 'native',
    verified: false,
    pkceExempt: false,
    scope: 'openid profile email offline_access demo.notes:read demo.notes:write demo.diary:read',
    secrets: [],
  })
})

test('another public URL moves the redirect address, and the flow works there', async () => {
  await using first = await startTestServer()
  const person = await addPerson(first)
  await getTokens(first, person)
  await using second = await startTestServer({ databaseUrl: first.config.database.url ?? '' })
  expect((await traces(first.db)).redirects).toEqual([[`${second.url}/demo/callback`]])
  expect((await getTokens(second, person)).words).toContain('What the app holds now')
})

test('there is no demo where its names are taken, and the server starts all the same', async () => {
  await using taken = await createTestDatabase()
  await using other = openDatabase({ url: taken.url, poolSize: 2, log })
  await addResources(
    { db: other.prisma, clock: systemClock },
    `
version: 1
resources:
  own:
    identifier: https://own.example.com
    scopes:
      demo.notes:read: { title: Something of somebody’s own }
`,
  )
  expect(await ensureDemo({ db: other.prisma, clock: systemClock, log }, 'http://localhost:3000')).toBeNull()
  expect(await traces(other.prisma)).toEqual({ redirects: [], scopes: [], events: [] })
  await using server = await startTestServer({ databaseUrl: taken.url })
  expect((await createAgent(server.url).get('/demo')).status).toBe(404)
})

test('there is no demo at a loopback address that no client may come back to', async () => {
  await using empty = await createTestDatabase()
  await using other = openDatabase({ url: empty.url, poolSize: 2, log })
  expect(await ensureDemo({ db: other.prisma, clock: systemClock, log }, 'http://127.0.0.2:3000')).toBeNull()
  expect(await traces(other.prisma)).toEqual({ redirects: [], scopes: [], events: [] })
})

test('does not exist in production, nor anything of it in the database', async () => {
  await using server = await startTestServer({
    settings: { PUBLIC_URL: 'https://auth.example.com', TRUSTED_PROXIES: '127.0.0.1,::1' },
  })
  expect(server.config.mode).toBe('production')
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(`http://localhost:${server.config.listen.port}${path}`, {
      ...init,
      headers: { 'x-forwarded-proto': 'https', accept: 'text/html' },
    })
  const pages = ['/', '/demo', '/demo/callback?code=x&state=y', '/dev/mail']
  const buttons = ['/demo/start', '/demo/exchange', '/demo/revoke', '/demo/reset']
  const answers = await Promise.all([
    ...pages.map((path) => ask(path)),
    ...buttons.map((path) => ask(path, { method: 'POST', body: new URLSearchParams() })),
  ])
  expect(answers.map(({ status }) => status)).toEqual([200, 404, 404, 404, 404, 404, 404, 404])
  expect(await (await ask('/')).text()).not.toContain('/demo')
  expect(await traces(server.db)).toEqual({ redirects: [], scopes: [], events: [] })
})
