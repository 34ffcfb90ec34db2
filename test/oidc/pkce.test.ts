/** PKCE is demanded of every client (OAuth 2.1, 4.1.1), with S256; an administrator may exempt a confidential OpenID client. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAgent, type Agent } from '../support/agent.ts'
import { authorize, openApp, startFlow, type Started } from '../support/flow.ts'
import { addClient, type TestClient } from '../support/server.ts'
import { tokenRequest } from './endpoints.ts'
import { browserMetadata, nativeMetadata, openStage, signedInAgent, type Stage } from './stage.ts'

let stage: Stage
let agent: Agent
beforeAll(async () => {
  stage = await openStage()
  agent = await signedInAgent(stage.server, stage.person)
})
afterAll(() => stage[Symbol.asyncDispose]())

/** An authorization request without its challenge, or with another. */
async function request(client: TestClient, changes: Record<string, string | null> = {}): Promise<Started> {
  const started = await startFlow(await openApp(stage.server, client))
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) started.url.searchParams.delete(name)
    else started.url.searchParams.set(name, value)
  }
  return started
}

async function refusal(started: Started): Promise<string | null> {
  const { location } = await createAgent(stage.server.url).get(started.url.href)
  return location === null ? null : new URL(location).searchParams.get('error')
}

const without = { code_challenge: null, code_challenge_method: null }

test.for([
  ['confidential', {}],
  ['public', browserMetadata],
  ['native', nativeMetadata],
] as const)('a %s client without a challenge is refused', async ([, metadata]) => {
  const client = await addClient(stage.server, metadata)
  expect(await refusal(await request(client, without))).toBe('invalid_request')
})

test('the plain method is refused, named or by leaving the method out', async () => {
  const { client } = stage
  expect(await refusal(await request(client, { code_challenge_method: 'plain' }))).toBe('invalid_request')
  expect(await refusal(await request(client, { code_challenge_method: null }))).toBe('invalid_request')
})

test('a challenge that no S256 could give is refused', async () => {
  expect(await refusal(await request(stage.client, { code_challenge: 'short' }))).toBe('invalid_request')
})

test('a code is worth nothing without its verifier, and with another', async () => {
  const { client, person } = stage
  for (const verifier of [undefined, 'another-verifier-another-verifier-another-verifier', '']) {
    const started = await request(client)
    const code = (await authorize(agent, started, person)).searchParams.get('code') ?? ''
    const answer = await exchangeByHand(client, code, verifier)
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
    expect(answer.body).not.toHaveProperty('access_token')
    // A wrong guess doesn't use the code up for the client that has the right one.
    expect(await exchangeByHand(client, code, started.verifier)).toMatchObject({ status: 200 })
  }
})

test('a verifier that nobody asked for is refused, so that a challenge cannot be stripped on the way', async () => {
  const client = await addClient(stage.server, {}, { pkce_exempt: true })
  const started = await request(client, without)
  const code = (await authorize(agent, started, stage.person)).searchParams.get('code') ?? ''
  expect(await exchangeByHand(client, code, started.verifier)).toMatchObject({ body: { error: 'invalid_grant' } })
})

test('an exempted confidential client goes without, if it sends a nonce and asks for openid', async () => {
  const client = await addClient(stage.server, {}, { pkce_exempt: true })
  const code = (await authorize(agent, await request(client, without), stage.person)).searchParams.get('code') ?? ''
  expect(await exchangeByHand(client, code, undefined)).toMatchObject({ status: 200 })
})

test('an exempted client is not exempt without a nonce, or without openid', async () => {
  const client = await addClient(stage.server, {}, { pkce_exempt: true })
  expect(await refusal(await request(client, { ...without, nonce: null }))).toBe('invalid_request')
  expect(await refusal(await request(client, { ...without, nonce: null, scope: 'reports:read' }))).toBe(
    'invalid_request',
  )
})

test('an exempted client that sends a challenge is held to it', async () => {
  const client = await addClient(stage.server, {}, { pkce_exempt: true })
  const code = (await authorize(agent, await request(client), stage.person)).searchParams.get('code') ?? ''
  expect(await exchangeByHand(client, code, undefined)).toMatchObject({ body: { error: 'invalid_grant' } })
})

function exchangeByHand(client: TestClient, code: string, verifier: string | undefined) {
  return tokenRequest(stage.server, client, {
    grant_type: 'authorization_code',
    code,
    code_verifier: verifier,
    redirect_uri: client.client.redirectUris[0],
  })
}
