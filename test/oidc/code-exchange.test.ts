/** A code is used once, by the client and for the address it was made for; a second use is a theft and ends its family. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { createAgent, type Agent } from '../support/agent.ts'
import { authorize, openApp, startFlow, tokensFor } from '../support/flow.ts'
import { addClient, addPerson, type TestClient } from '../support/server.ts'
import { isActive, refresh, tokenRequest, type EndpointAnswer } from './endpoints.ts'
import { openStage, type Stage } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage[Symbol.asyncDispose]())
afterEach(() => void vi.useRealTimers())

interface Code {
  client: TestClient
  parameters: Record<string, string>
  agent: Agent
}

async function codeFor(client: TestClient, scope = 'openid', agent = createAgent(stage.server.url)): Promise<Code> {
  const started = await startFlow(await openApp(stage.server, client), { scope })
  const callback = await authorize(agent, started, stage.person)
  const parameters = {
    grant_type: 'authorization_code',
    code: callback.searchParams.get('code') ?? '',
    code_verifier: started.verifier,
    redirect_uri: client.client.redirectUris[0] ?? '',
  }
  return { client, parameters, agent }
}

const exchange = (
  { client, parameters }: Code,
  changes: Record<string, string | undefined> = {},
): Promise<EndpointAnswer> => tokenRequest(stage.server, client, { ...parameters, ...changes })

const refused = { status: 400, body: { error: 'invalid_grant' } }

test('of parallel exchanges of one code exactly one succeeds', async () => {
  const code = await codeFor(await addClient(stage.server))
  const answers = await Promise.all(Array.from({ length: 8 }, () => exchange(code)))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  for (const answer of answers.filter(({ status }) => status !== 200)) {
    expect(answer).toMatchObject(refused)
    expect(Object.keys(answer.body).toSorted()).toEqual(['error', 'error_description'])
  }
})

test('parallel exchanges leave nothing that works: whoever had the code twice gets no tokens to keep', async () => {
  const { server } = stage
  const code = await codeFor(await addClient(server), 'openid reports:read')
  const answers = await Promise.all(Array.from({ length: 4 }, () => exchange(code)))
  const won = answers.find(({ status }) => status === 200)
  expect(await isActive(server, code.client, won?.body['access_token'] as string)).toBe(false)
  expect(await refresh(server, code.client, won?.body['refresh_token'] as string)).toMatchObject(refused)
  const family = await server.db.tokenFamily.findFirstOrThrow({ where: { clientId: code.client.id } })
  expect(family.revokedAt).not.toBeNull()
})

test('a replay revokes everything that came of that code', async () => {
  const { server } = stage
  const code = await codeFor(await addClient(server), 'openid exports:run')
  const { body } = await exchange(code)
  expect(await isActive(server, code.client, body['access_token'] as string)).toBe(true)
  expect(await exchange(code)).toMatchObject(refused)
  expect(await isActive(server, code.client, body['access_token'] as string)).toBe(false)
  expect(await refresh(server, code.client, body['refresh_token'] as string)).toMatchObject(refused)
})

test('a replay revokes that family and no other', async () => {
  const { server, person } = stage
  const client = await addClient(server)
  const elsewhere = await tokensFor(server, client, person, { scope: 'openid reports:read' })
  const otherClient = await addClient(server)
  const otherApp = await tokensFor(server, otherClient, person)
  const otherPerson = await tokensFor(server, client, await addPerson(server))
  const code = await codeFor(client, 'openid reports:read')
  await exchange(code)
  expect(await exchange(code)).toMatchObject(refused)
  expect(await isActive(server, client, elsewhere.tokens.access_token)).toBe(true)
  expect(await refresh(server, client, elsewhere.tokens.refresh_token)).toMatchObject({ status: 200 })
  expect(await refresh(server, client, otherPerson.tokens.refresh_token)).toMatchObject({ status: 200 })
  expect(await refresh(server, otherClient, otherApp.tokens.refresh_token)).toMatchObject({ status: 200 })
})

test('after a replay the person is not asked again, and a new flow works', async () => {
  const { server } = stage
  const code = await codeFor(await addClient(server))
  await exchange(code)
  await exchange(code)
  const again = await codeFor(code.client, 'openid', code.agent)
  expect(await exchange(again)).toMatchObject({ status: 200 })
  expect(await server.db.grant.count({ where: { clientId: code.client.id } })).toBe(1)
})

test('a replay is noted in the audit trail, once', async () => {
  const { server, person } = stage
  const code = await codeFor(await addClient(server))
  await exchange(code)
  await exchange(code)
  await exchange(code)
  const family = await server.db.tokenFamily.findFirstOrThrow({ where: { clientId: code.client.id } })
  const noted = await server.db.auditEvent.findMany({ where: { targetId: family.id } })
  expect(noted).toMatchObject([
    {
      type: 'family.revoked',
      targetKind: 'token_family',
      data: { client_id: code.client.id, user_id: person.id, reason: 'replay' },
    },
  ])
})

test('a code dies after 60 seconds', async () => {
  const [first, second] = [await codeFor(await addClient(stage.server)), await codeFor(await addClient(stage.server))]
  const now = Date.now()
  vi.useFakeTimers({ toFake: ['Date'], now: now + 55_000 })
  expect(await exchange(first)).toMatchObject({ status: 200 })
  vi.setSystemTime(now + 67_000)
  expect(await exchange(second)).toMatchObject(refused)
})

test('a replay is known as one as long as there is something to revoke, not only in the code’s own minute', async () => {
  const { server } = stage
  const client = await addClient(server)
  const started = await codeFor(client, 'openid offline_access')
  const { body } = await exchange(started)
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 5 * 86_400_000 })
  await server.running.inside.sweeper.sweep()
  expect(await exchange(started)).toMatchObject(refused)
  expect(await refresh(server, client, body['refresh_token'] as string)).toMatchObject(refused)
  const family = await server.db.tokenFamily.findFirstOrThrow({ where: { clientId: client.id } })
  expect(family.revokedAt).not.toBeNull()
})

test('another client’s code is refused, and stays good for its own', async () => {
  const { server } = stage
  const code = await codeFor(await addClient(server))
  const thief = await addClient(server)
  expect(await tokenRequest(server, thief, code.parameters)).toMatchObject(refused)
  expect(await exchange(code)).toMatchObject({ status: 200 })
})

test('a redirect URI that is not the request’s, or is missing, is refused', async () => {
  const { server } = stage
  const client = await addClient(server, {
    redirect_uris: ['https://app.example.com/callback', 'https://app.example.com/other'],
  })
  const code = await codeFor(client)
  expect(await exchange(code, { redirect_uri: 'https://app.example.com/other' })).toMatchObject(refused)
  expect(await exchange(code, { redirect_uri: undefined })).toMatchObject({
    status: 400,
    body: { error: 'invalid_request' },
  })
  expect(await exchange(code)).toMatchObject({ status: 200 })
})

test('what is no code of ours is refused without a word on why', async () => {
  const { server, client } = stage
  for (const code of ['nothing', 'kgat_nothing', 'kgrt_nothing', '\u0000', 'x'.repeat(5000)]) {
    const parameters = {
      grant_type: 'authorization_code',
      code,
      code_verifier: 'v'.repeat(43),
      redirect_uri: 'https://app.example.com/callback',
    }
    const answer = await tokenRequest(server, client, parameters)
    expect(answer).toMatchObject(refused)
    expect(answer.body['error_description']).toBe('grant request is invalid')
  }
})

test('tokens go out with no-store', async () => {
  const answer = await exchange(await codeFor(await addClient(stage.server)))
  expect(answer.headers.get('cache-control')).toBe('no-store')
})
