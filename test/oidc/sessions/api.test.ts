/** Sessions over HTTP: people see and end their own, administrators everybody's, and what ends with one is dead on every node. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { newId } from '../../../src/platform/ids.ts'
import {
  addAdministratorKey,
  addApiKey,
  addMember,
  addOrganization,
  call,
  type Reply,
  type TestKey,
} from '../../support/api.ts'
import { tokensFor } from '../../support/flow.ts'
import { addClient, addPerson, startTestServer, type TestPerson, type TestServer } from '../../support/server.ts'

let server: TestServer
let other: TestServer
let platform: TestKey
beforeAll(async () => {
  server = await startTestServer()
  // One installation has one issuer, whichever node answers.
  const settings = { PUBLIC_URL: server.url }
  other = await startTestServer({ settings, databaseUrl: server.config.database.url ?? '' })
  platform = await addAdministratorKey(server)
})
afterAll(async () => {
  await other[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

const urlOf = ({ running }: TestServer) => `http://localhost:${running.port}`

interface Session {
  id: string
  user_id: string
  client_ids: string[]
  authenticated_at: string
}

const ask = (key: string, method: string, path: string, node = server): Promise<Reply> =>
  call(urlOf(node), method, `/v1/sessions${path}`, { key })
const list = async (key: string, query = '') => (await ask(key, 'GET', query)).body.data as Session[]

/** Somebody who has signed in to an app by a browser, and may see and end sessions. */
async function signIn(person?: TestPerson, scope = 'openid sessions:read sessions:write') {
  const somebody = person ?? (await addPerson(server))
  const client = await addClient(server)
  const parameters = { scope, resource: `${server.url}/v1`, prompt: 'consent' }
  const { tokens, agent } = await tokensFor(server, client, somebody, parameters)
  return { person: somebody, client, agent, key: tokens.access_token }
}

test('a person sees their own sessions, and in none what it could be entered by', async () => {
  const { key, person, client } = await signIn()
  await signIn(person)
  const { body } = await ask(key, 'GET', '')
  const mine = body.data as Session[]
  expect(mine.map((one) => one.user_id)).toEqual([person.id, person.id])
  const told = 'id user_id created_at authenticated_at amr user_agent address last_used_at expires_at client_ids'
  expect(new Set(Object.keys(mine[0] ?? {}))).toEqual(new Set(told.split(' ')))
  expect(mine.at(-1)).toMatchObject({ client_ids: [client.id], amr: ['pwd'] })
  const rows = await server.db.session.findMany({ where: { userId: person.id } })
  for (const { uid, digest } of rows) {
    expect(JSON.stringify(body)).not.toContain(uid)
    expect(JSON.stringify(body)).not.toContain(Buffer.from(digest).toString('hex'))
  }
  expect((await ask(key, 'GET', `/${mine[0]?.id}`)).body).toEqual(mine[0])
})

test('somebody else’s session is not there, by any filter, and can’t be ended', async () => {
  const { key } = await signIn()
  const [foreign] = (await list(platform.key)).slice(1)
  const theirs = { id: foreign?.user_id ?? '' }
  expect(await list(key, `?user_id=${theirs.id}`)).toEqual([])
  for (const [method, path] of [
    ['GET', `/${foreign?.id}`],
    ['DELETE', `/${foreign?.id}`],
    ['DELETE', `?user_id=${theirs.id}`],
  ] as const) {
    expect(await ask(key, method, path)).toMatchObject({ status: 404 })
  }
  expect((await ask(platform.key, 'GET', `/${foreign?.id}`)).body).toEqual(foreign)
})

test('a key sees its person’s sessions in their personal organization alone', async () => {
  const { person } = await signIn()
  const personal = await server.db.organization.findFirstOrThrow({ where: { personalUserId: person.id } })
  const shared = await addOrganization(server)
  await addMember(server, shared, person.id, 'owner')
  const keyIn = async (organizationId: string) =>
    (await addApiKey(server, { organizationId, userId: person.id, scopes: ['sessions:read'] })).key
  const own = await keyIn(personal.id)
  const [mine] = await list(own)
  expect(mine).toMatchObject({ user_id: person.id })
  // It may only read.
  for (const path of [`/${mine?.id}`, `?user_id=${person.id}`]) {
    expect(await ask(own, 'DELETE', path)).toMatchObject({ status: 403, body: { code: 'insufficient_scope' } })
  }
  // Whoever administers it could turn that key into one of their own.
  expect(await list(await keyIn(shared))).toEqual([])
})

test('an administrator’s key sees everybody’s, page by page, newest first, and none that is over', async () => {
  const person = await addPerson(server)
  const hour = 3_600_000
  const add = async (uid: string, endsInMs: number, userId: string | null = person.id) => {
    const id = newId('ses')
    const expiresAt = new Date(Date.now() + endsInMs)
    await server.db.session.create({ data: { id, uid, userId, digest: Buffer.from(uid), expiresAt } })
    return id
  }
  const ids = [await add('first', hour), await add('second', hour), await add('third', hour)].toReversed()
  await add('over', -1)
  await add('nobody’s', hour, null)
  const found: string[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const query = `?user_id=${person.id}&limit=2${cursor && `&cursor=${cursor}`}`
    const { body }: Reply = await ask(platform.key, 'GET', query)
    found.push(...(body.data as Session[]).map(({ id }) => id))
    cursor = body.next_cursor as string | null
  }
  expect(found).toEqual(ids)
  const everybody = await list(platform.key, '?limit=200')
  expect(new Set(everybody.map(({ user_id: id }) => id)).size).toBeGreaterThan(1)
})

test('an ended session signs the browser out, and its tokens are dead on every node within a second', async () => {
  const { key, agent, person } = await signIn()
  const stays = await signIn(person)
  expect(await ask(key, 'GET', '', other)).toMatchObject({ status: 200 })
  const rows = await server.db.session.findMany({ where: { userId: person.id }, orderBy: { id: 'asc' } })
  const id = rows[0]?.id ?? ''
  expect(await ask(stays.key, 'DELETE', `/${id}`)).toMatchObject({ status: 204 })
  await vi.waitFor(
    async () => {
      for (const node of [server, other]) {
        expect(await ask(key, 'GET', '', node)).toMatchObject({ status: 401, body: { code: 'revoked' } })
      }
    },
    { timeout: 1000, interval: 20 },
  )
  expect((await agent.get('/account')).location).toContain('/sign-in')
  expect((await list(stays.key)).map((one) => one.id)).toEqual([rows[1]?.id])
  expect(await ask(stays.key, 'DELETE', `/${id}`)).toMatchObject({ status: 404 })
  const events = await server.db.auditEvent.findMany({ where: { targetId: id, type: 'session.ended' } })
  expect(events).toMatchObject([{ actorId: person.id, data: { user_id: person.id, reason: 'revoked' } }])
})

test('offline access that was allowed outlives the end of a session, as it does a sign-out', async () => {
  const { key } = await signIn(undefined, 'openid offline_access sessions:read sessions:write')
  const [mine] = await list(key)
  expect(await ask(key, 'DELETE', `/${mine?.id}`)).toMatchObject({ status: 204 })
  expect(await list(key)).toEqual([])
})

test('all but one end, if that one is the person’s', async () => {
  const { key, person } = await signIn()
  await signIn(person)
  const stranger = await signIn()
  const [foreign] = await list(stranger.key)
  const [, first] = await list(key)
  expect(await ask(key, 'DELETE', `?user_id=${person.id}&except=${first?.id}`)).toMatchObject({ status: 204 })
  expect((await list(key)).map(({ id }) => id)).toEqual([first?.id])
  expect(await ask(key, 'DELETE', `?user_id=${person.id}&except=${foreign?.id}`)).toMatchObject({ status: 204 })
  expect(await list(platform.key, `?user_id=${person.id}`)).toEqual([])
  expect(await list(stranger.key)).toHaveLength(1)
})

test('all sessions of a person end at once, and only when the person is named', async () => {
  const { key, person } = await signIn()
  const second = await signIn(person)
  const bystander = await signIn()
  expect(await ask(platform.key, 'DELETE', '')).toMatchObject({
    status: 400,
    body: { errors: [{ path: 'user_id', code: 'required' }] },
  })
  expect(await ask(platform.key, 'DELETE', `?user_id=${newId('usr')}`)).toMatchObject({ status: 404 })
  expect(await ask(key, 'DELETE', `?user_id=${person.id}`)).toMatchObject({ status: 204 })
  await vi.waitFor(async () => {
    for (const dead of [key, second.key]) expect(await ask(dead, 'GET', '')).toMatchObject({ status: 401 })
  })
  expect(await list(bystander.key)).toHaveLength(1)
  // Nobody is signed in any more: that is what was wanted.
  expect(await ask(platform.key, 'DELETE', `?user_id=${person.id}`)).toMatchObject({ status: 204 })
})
