/** Taking back what was allowed, at the very moment at which the app makes use of it. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isActive, refresh, tokenRequest } from '../oidc/endpoints.ts'
import { openStage, signedInAgent, type Stage } from '../oidc/stage.ts'
import { cutOff } from '../../src/grants/cut-off.ts'
import { systemContext } from '../../src/audit/record.ts'
import { allow, exchange, onConsent, startFlow, tokensFor } from '../support/flow.ts'
import { addClient, addPerson } from '../support/server.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

async function allowed(parameters: Record<string, string> = { scope: 'openid reports:read' }) {
  const { server } = stage
  const [client, person] = [await addClient(server), await addPerson(server)]
  const flow = await tokensFor(server, client, person, parameters)
  const { id } = await server.db.grant.findFirstOrThrow({ where: { clientId: client.id } })
  const cut = () =>
    cutOff(server.db, { grantId: id, userId: person.id, organizationId: null }, systemContext(server.clock))
  return { ...flow, client, person, grantId: id, cut }
}

test('an authorization that comes in between is asked for anew, and nobody sees a fault', async () => {
  const { server } = stage
  const { app, person, grantId } = await allowed()
  // Another browser, in which the app has no family of tokens yet.
  const agent = await signedInAgent(server, person)
  const started = await startFlow(app, { scope: 'openid reports:read' })
  const connection = await server.pool.connect()
  // The grant is gone, but nobody knows before the commit: the authorization finds it, and waits at the end for this.
  await connection.query('BEGIN')
  await connection.query('DELETE FROM grants WHERE id = $1', [grantId])
  const answering = agent.get(started.url.href)
  await expect
    .poll(
      async () =>
        (
          await server.pool.query(
            `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
          )
        ).rowCount,
    )
    .toBeGreaterThan(0)
  await connection.query('COMMIT')
  connection.release()
  const page = await agent.follow(await answering)
  expect(page.status).toBe(200)
  expect(onConsent(page)).toBe(true)
  const answer = await allow(agent, page)
  expect((await exchange(app, new URL(answer.location ?? ''), started)).scope).toBe('reports:read')
})

test('a code that was issued before is worth nothing after', async () => {
  const { server } = stage
  const { app, agent, client, cut } = await allowed()
  const started = await startFlow(app, { scope: 'openid reports:read' })
  const callback = new URL((await agent.get(started.url.href)).location ?? '')
  expect(await cut()).toBe(true)
  const answer = await tokenRequest(server, client, {
    grant_type: 'authorization_code',
    code: callback.searchParams.get('code') ?? '',
    code_verifier: started.verifier,
    redirect_uri: app.redirectUri,
  })
  expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
})

test('refreshes that run while it is cut off leave nothing alive', async () => {
  const { server } = stage
  const { tokens, client, cut } = await allowed({ scope: 'openid offline_access', prompt: 'consent' })
  const [done, ...refreshed] = await Promise.all([
    cut(),
    ...Array.from({ length: 4 }, () => refresh(server, client, tokens.refresh_token)),
  ])
  expect(done).toBe(true)
  for (const { status, body } of refreshed) {
    expect([200, 400]).toContain(status)
    if (status !== 200) continue
    expect(await isActive(server, client, body['access_token'] as string)).toBe(false)
    expect((await refresh(server, client, body['refresh_token'] as string)).status).toBe(400)
  }
})

test('a grant is cut off once, and by its own person only', async () => {
  const { server } = stage
  const { cut, grantId, client, tokens } = await allowed()
  const other = await addPerson(server)
  const context = systemContext(server.clock)
  expect(await cutOff(server.db, { grantId, userId: other.id, organizationId: null }, context)).toBe(false)
  expect(await isActive(server, client, tokens.access_token)).toBe(true)
  expect([await cut(), await cut()]).toEqual([true, false])
  expect(await isActive(server, client, tokens.access_token)).toBe(false)
})
