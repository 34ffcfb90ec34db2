/** Refresh tokens rotate: each gives one successor, a retry within 30 seconds gives the same, and a later reuse is a theft. */
import { decodeJwt } from 'jose'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { tokensFor } from '../support/flow.ts'
import { addClient, type TestClient } from '../support/server.ts'
import { isActive, refresh, tokenRequest } from './endpoints.ts'
import { browserMetadata, openStage, type Stage } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage[Symbol.asyncDispose]())
afterEach(() => void vi.useRealTimers())

const refused = { status: 400, body: { error: 'invalid_grant' } }

async function begin(
  metadata: Record<string, unknown> = {},
): Promise<{ client: TestClient; first: string; accessToken: string }> {
  const { server, person } = stage
  const client = await addClient(server, metadata)
  const { tokens } = await tokensFor(server, client, person, { scope: 'openid email reports:read' })
  return { client, first: tokens.refresh_token ?? '', accessToken: tokens.access_token }
}

async function next(client: TestClient, token: string): Promise<string> {
  const answer = await refresh(stage.server, client, token)
  expect(answer.status).toBe(200)
  return answer.body['refresh_token'] as string
}

const pass = (seconds: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 })

test.for([
  ['confidential', {}],
  ['public', browserMetadata],
] as const)(
  'a refresh of a %s client gives new tokens, an ID token among them, and another refresh token',
  async ([, metadata]) => {
    const { client, first, accessToken } = await begin(metadata)
    expect(first).toMatch(/^kgrt_[\w-]{43}$/)
    const { status, body } = await refresh(stage.server, client, first)
    expect(status).toBe(200)
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 900, scope: 'reports:read' })
    expect(body['refresh_token']).toMatch(/^kgrt_[\w-]{43}$/)
    expect(body['refresh_token']).not.toBe(first)
    expect(body['access_token']).not.toBe(accessToken)
    expect(decodeJwt(body['id_token'] as string)).toMatchObject({ sub: stage.person.id, aud: client.id })
  },
)

test('a chain of refreshes goes on', async () => {
  const { client, first } = await begin()
  let token = first
  const seen = new Set([first])
  for (let step = 0; step < 5; step++) {
    pass(60)
    token = await next(client, token)
    seen.add(token)
  }
  expect(seen.size).toBe(6)
})

test('parallel refreshes all get the same successor', async () => {
  const { client, first } = await begin()
  const answers = await Promise.all(Array.from({ length: 6 }, () => refresh(stage.server, client, first)))
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200])
  const successors = new Set(answers.map(({ body }) => body['refresh_token']))
  expect(successors.size).toBe(1)
  const [successor] = successors
  expect(await refresh(stage.server, client, successor as string)).toMatchObject({ status: 200 })
})

test('a retry within 30 seconds gets the same successor', async () => {
  const { client, first } = await begin()
  const successor = await next(client, first)
  pass(29)
  expect(await next(client, first)).toBe(successor)
  expect(await next(client, successor)).not.toBe(successor)
})

test('a retry does not prolong the grace', async () => {
  const { client, first } = await begin()
  await next(client, first)
  pass(20)
  await next(client, first)
  pass(15)
  expect(await refresh(stage.server, client, first)).toMatchObject(refused)
})

test('a reuse after the grace revokes the family', async () => {
  const { client, first } = await begin()
  const successor = await next(client, first)
  pass(31)
  expect(await refresh(stage.server, client, first)).toMatchObject(refused)
  expect(await refresh(stage.server, client, successor)).toMatchObject(refused)
})

test('a reuse after the successor was used revokes the family, also within the grace', async () => {
  const { client, first, accessToken } = await begin()
  const successor = await next(client, first)
  const third = await next(client, successor)
  expect(await refresh(stage.server, client, first)).toMatchObject(refused)
  expect(await refresh(stage.server, client, third)).toMatchObject(refused)
  expect(await isActive(stage.server, client, accessToken)).toBe(false)
})

test('a retry and the use of the successor at the same moment never give two lines', async () => {
  const { client, first } = await begin()
  const successor = await next(client, first)
  const [retry, use] = await Promise.all([
    refresh(stage.server, client, first),
    refresh(stage.server, client, successor),
  ])
  // Either the retry came first and saw the successor unused, or it came second and ended the family.
  if (retry.status === 200) expect(retry.body['refresh_token']).toBe(successor)
  else expect(retry).toMatchObject(refused)
  const live = await stage.server.db.refreshToken.count({ where: { clientId: client.id, consumedAt: null } })
  expect(live).toBeLessThanOrEqual(1)
  expect([200, 400]).toContain(use.status)
})

test('a reuse revokes that family and no other', async () => {
  const { server, person } = stage
  const { client, first } = await begin()
  const other = await tokensFor(server, client, person, { scope: 'openid email reports:read' })
  const successor = await next(client, first)
  await next(client, successor)
  expect(await refresh(server, client, first)).toMatchObject(refused)
  expect(await refresh(server, client, other.tokens.refresh_token)).toMatchObject({ status: 200 })
})

test('a successor is told by nobody who has no key of ours, and is not its parent in another dress', async () => {
  const { client, first } = await begin()
  const successor = await next(client, first)
  expect(successor).not.toContain(first.slice(5))
  const { server } = stage
  expect(successor).toBe(`kgrt_${server.secrets.derive('refresh_successor', first)}`)
})

/** As if it had been refreshed so many times already. */
const wearOut = ({ id }: TestClient, rotations = 1_000_000) =>
  stage.server.db.refreshToken.updateMany({ where: { clientId: id, consumedAt: null }, data: { rotations } })

const tokensOf = ({ id }: TestClient) => stage.server.db.refreshToken.count({ where: { clientId: id } })

test('a client that refreshes in a loop is served, and fills no table', async () => {
  const { client, first } = await begin()
  const token = await next(client, first)
  await wearOut(client)
  const before = await tokensOf(client)
  for (let step = 0; step < 5; step++) expect(await next(client, token)).toBe(token)
  expect(await tokensOf(client)).toBe(before)
})

test('its token is replaced again after some minutes, and a copy of it is then known as stolen', async () => {
  const { client, first } = await begin()
  const token = await next(client, first)
  await wearOut(client, 1_001)
  const stolen = await next(client, token)
  expect(stolen).toBe(token)
  pass(601)
  const successor = await next(client, token)
  expect(successor).not.toBe(token)
  expect(await next(client, successor)).toBe(successor)
  pass(31)
  expect(await refresh(stage.server, client, stolen)).toMatchObject(refused)
  expect(await refresh(stage.server, client, successor)).toMatchObject(refused)
})

test('a retry is given the successor that there is, also of a client that refreshes in a loop', async () => {
  const { client, first } = await begin()
  const successor = await next(client, first)
  await stage.server.db.refreshToken.updateMany({ where: { clientId: client.id }, data: { rotations: 1_000_000 } })
  expect(await next(client, first)).toBe(successor)
})

test('another client’s refresh token is refused, and stays good for its own', async () => {
  const { client, first } = await begin()
  const thief = await addClient(stage.server)
  expect(await refresh(stage.server, thief, first)).toMatchObject(refused)
  expect(await refresh(stage.server, client, first)).toMatchObject({ status: 200 })
})

test('what is no refresh token of ours is refused', async () => {
  const { client, accessToken } = await begin()
  for (const token of ['kgrt_nothing', 'nothing', accessToken, 'kgrt_\u0000', '']) {
    const answer = await refresh(stage.server, client, token)
    expect(answer.status).toBe(400)
    expect(answer.body['error']).toBe(token === '' ? 'invalid_request' : 'invalid_grant')
  }
})

test('a client that may not refresh gets no refresh token', async () => {
  const { server, person } = stage
  const client = await addClient(server, { grant_types: ['authorization_code'] })
  const { tokens } = await tokensFor(server, client, person)
  expect(tokens.refresh_token).toBeUndefined()
})

test('a refresh with a wrong secret spends nothing', async () => {
  const { client, first } = await begin()
  const wrong = { id: client.id, secret: 'kgcs_wrong' }
  expect(await refresh(stage.server, wrong, first)).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
  expect(await tokenRequest(stage.server, client, { grant_type: 'refresh_token', refresh_token: first })).toMatchObject(
    {
      status: 200,
    },
  )
})
