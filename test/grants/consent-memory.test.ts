/** When a consent is remembered and when it isn't: by whether we know who the client is, and whether it is still the same. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { browserMetadata, nativeMetadata, openStage, type Stage } from '../oidc/stage.ts'
import { notify } from '../../src/platform/changes.ts'
import type { Prisma } from '../../src/platform/prisma/client.ts'
import { createAgent, type Agent, type Answer } from '../support/agent.ts'
import { allow, onConsent, openApp, signIn, startFlow } from '../support/flow.ts'
import { addClient, addPerson, type TestClient, type TestPerson } from '../support/server.ts'

let stage: Stage
let person: TestPerson
let agent: Agent
beforeAll(async () => {
  stage = await openStage()
  person = await addPerson(stage.server)
  agent = createAgent(stage.server.url)
})
afterAll(() => stage[Symbol.asyncDispose]())

async function begin(
  client: TestClient,
  parameters: Record<string, string> = {},
  redirectUri?: string,
): Promise<Answer> {
  const { url } = await startFlow(await openApp(stage.server, client, redirectUri), parameters)
  return signIn(agent, await agent.get(url.href), person)
}

const privateScheme = { ...nativeMetadata, redirect_uris: ['com.example.app:/callback'] }
const claimedHttps = { ...browserMetadata, application_type: 'native' }
const loopbackConfidential = { redirect_uris: ['http://localhost:8000/callback'] }

test.for([
  ['a public client at a loopback address', nativeMetadata, 'administrator'],
  ['a public client with a scheme of its own', privateScheme, 'administrator'],
  ['a client that registered itself, confidential', {}, 'self_registered'],
  ['a client that registered itself, public at https', browserMetadata, 'self_registered'],
] as const)('%s is asked about each time, and prompt=none cannot skip it', async ([, metadata, origin]) => {
  const client = await addClient(stage.server, metadata, {}, origin)
  const first = await begin(client)
  expect(onConsent(first)).toBe(true)
  expect(first.html).toContain('Not verified by')
  await allow(agent, first)
  expect(onConsent(await begin(client))).toBe(true)
  const { location } = await begin(client, { prompt: 'none' })
  expect(new URL(location ?? '').searchParams.get('error')).toBe('consent_required')
})

test.for([
  ['a confidential client', {}],
  ['a confidential client at a loopback address', loopbackConfidential],
  ['a public client at an https address', browserMetadata],
  ['a native client at a claimed https address', claimedHttps],
] as const)('%s is asked about once', async ([, metadata]) => {
  const client = await addClient(stage.server, metadata)
  const first = await begin(client)
  expect(onConsent(first)).toBe(true)
  await allow(agent, first)
  expect(onConsent(await begin(client))).toBe(false)
  const { location } = await begin(client, { prompt: 'none' })
  expect(new URL(location ?? '').searchParams.has('code')).toBe(true)
})

async function change(client: TestClient, data: Prisma.ClientUpdateInput): Promise<void> {
  await stage.server.db.$transaction(async (tx) => {
    await tx.client.update({ where: { id: client.id }, data })
    await notify(tx, { kind: 'client', id: client.id })
  })
}

const jwk = {
  kty: 'EC',
  crv: 'P-256',
  x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
}

test.for([
  ['a redirect address', { redirectUris: ['https://app.example.com/callback', 'https://elsewhere.example/callback'] }],
  ['the name', { name: 'Your Bank' }],
  ['a key', { jwks: { keys: [jwk] } }],
] as const)('a client in which %s changed is asked about again, and then remembered as it is now', async ([, data]) => {
  const client = await addClient(stage.server)
  await allow(agent, await begin(client))
  expect(onConsent(await begin(client))).toBe(false)
  await change(client, {
    ...data,
    ...('redirectUris' in data ? { redirectUris: [...data.redirectUris] } : {}),
  } as Prisma.ClientUpdateInput)
  await expect.poll(async () => onConsent(await begin(client))).toBe(true)
  const { location } = await begin(client, { prompt: 'none' })
  expect(new URL(location ?? '').searchParams.get('error')).toBe('consent_required')
  await allow(agent, await begin(client))
  expect(onConsent(await begin(client))).toBe(false)
})

test('what does not say who the client is may change without a question', async () => {
  const client = await addClient(stage.server)
  await allow(agent, await begin(client))
  await change(client, { contacts: ['help@example.com'], policyUri: 'https://app.example.com/privacy' })
  expect(onConsent(await begin(client))).toBe(false)
})

test('the page says who is behind a client that an administrator vouches for, and shows no logo of one that nobody vouches for', async () => {
  const metadata = { logo_uri: 'https://evil.example/logo.png' }
  const verified = await begin(await addClient(stage.server, metadata, { verified: true }))
  expect(verified.html).not.toContain('Not verified by')
  const unverified = await begin(await addClient(stage.server, metadata, {}, 'self_registered'))
  expect(unverified.html).toContain('Not verified by')
  for (const { html } of [verified, unverified]) expect(html).not.toContain('evil.example')
})

test('a client’s name is text, whatever it says', async () => {
  const page = await begin(await addClient(stage.server, { client_name: '<img src=x onerror=alert(1)>' }))
  expect(page.html).not.toContain('<img')
  expect(page.html).toContain('&lt;img src=x onerror=alert(1)&gt;')
})
