/** How many statements a request costs: a constant, since a growing number is how sign-in gets slow. */
import * as oidc from 'openid-client'
import { expect, test } from 'vitest'
import { createAgent } from '../support/agent.ts'
import { exchange, startFlow, tokensFor } from '../support/flow.ts'
import { addClient, addPerson, addResources, startTestServer } from '../support/server.ts'

test('a warm code flow takes four statements, each a round trip of its own, and a refresh two', async () => {
  await using server = await startTestServer()
  await addResources(server)
  const client = await addClient(server)
  const person = await addPerson(server)
  const agent = createAgent(server.url)
  const scope = 'openid reports:read'
  // Warm: the session is there, the consent is remembered, the client is known, the grant's last use is noted.
  const { app } = await tokensFor(server, client, person, { scope }, agent)

  const started = await startFlow(app, { scope })
  server.statements()
  const { location } = await agent.get(started.url.href)
  const authorize = server.statements()
  expect(authorize.map(kind)).toEqual(['read', 'write'])

  const tokens = await exchange(app, new URL(location ?? ''), started)
  expect(server.statements().map(kind)).toEqual(['read', 'write'])

  await oidc.refreshTokenGrant(app.configuration, tokens.refresh_token ?? '')
  expect(server.statements().map(kind)).toEqual(['read', 'write'])
})

test('a session in which nothing changed is not written', async () => {
  await using server = await startTestServer()
  const client = await addClient(server)
  const person = await addPerson(server)
  const agent = createAgent(server.url)
  const { app } = await tokensFor(server, client, person, {}, agent)
  server.statements()
  await agent.get((await startFlow(app)).url.href)
  expect(server.statements().join('\n')).not.toMatch(/\b(UPDATE|INSERT INTO) sessions\b|\bBEGIN\b|\bCOMMIT\b/)
})

function kind(statement: string): 'read' | 'write' {
  return /\b(INSERT|UPDATE|DELETE)\b/.test(statement) ? 'write' : 'read'
}
