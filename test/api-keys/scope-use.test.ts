/** Which scopes of a key are needed: written down at checks and calls, told by the API, and offered to be left out. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { scopeUsesOf } from '../../src/api-keys/scope-use/scope-use.ts'
import { addAdministratorKey, addApiKey, call } from '../support/api.ts'
import { createAgent } from '../support/agent.ts'
import { signIn } from '../support/flow.ts'
import { addPerson, addResources, reportsIdentifier, startTestServer, type TestServer } from '../support/server.ts'

describe('a scope counts as unused', () => {
  const now = new Date('2026-06-30T12:00:00Z')
  const ago = (days: number) => new Date(now.getTime() - days * 86_400_000)
  const day = (text: string) => new Date(`${text}T00:00:00Z`)
  const [made, changed, recorded] = [ago(90), ago(80), ago(70)]

  test.each([
    ['if nothing has needed it since it is known', null, {}, true],
    ['not if it was needed within the 30 days', day('2026-06-01'), {}, false],
    ['not on the day that is just 30 days ago', day('2026-05-31'), {}, false],
    ['from the day before that on', day('2026-05-30'), {}, true],
    ['not of a key that is younger', null, { createdAt: ago(29), updatedAt: ago(29) }, false],
    ['not if the key was changed since, and may have it for no longer', null, { updatedAt: ago(5) }, false],
    [
      'even if the key was changed since, when it was needed long before',
      day('2026-03-01'),
      { updatedAt: ago(5) },
      true,
    ],
    ['not before it was written down for 30 days', null, { recordedSince: ago(20) }, false],
  ])('%s', (_, lastNeeded, given, unused) => {
    const { createdAt, updatedAt, recordedSince } = {
      createdAt: made,
      updatedAt: changed,
      recordedSince: recorded,
      ...given,
    }
    const uses = new Map(lastNeeded === null ? [] : [['reports:read', lastNeeded]])
    const [found] = scopeUsesOf({ scopes: ['reports:read'], createdAt, updatedAt }, uses, { recordedSince, now })
    expect(found).toEqual({ scope: 'reports:read', lastNeededOn: lastNeeded, unused })
  })
})

describe('over HTTP', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startTestServer()
    await addResources(server)
  })
  afterAll(() => server[Symbol.asyncDispose]())

  test('an allowed check, a call of the API and a verify tell what they needed, and the page offers to leave out the rest', async () => {
    const person = await addPerson(server)
    const [personal] = await server.db.membership.findMany({ where: { userId: person.id } })
    const scopes = ['reports:read', 'reports:write', 'keys:read', 'keys:verify', 'usage:read']
    const organizationId = personal?.organizationId ?? ''
    const { key, id } = await addApiKey(server, { organizationId, userId: person.id, serviceAccountId: null, scopes })
    const check = (scope: string) =>
      call(server.url, 'GET', `/v1/check?scope=${scope}&resource=${encodeURIComponent(reportsIdentifier)}`, { key })
    expect((await check('reports:read')).status).toBe(200)
    expect((await check('reports:write%20files:read')).status).toBe(403)
    expect((await call(server.url, 'GET', `/v1/keys/${id}`, { key })).status).toBe(200)
    await call(server.url, 'POST', '/v1/keys/verify', { key, body: { credential: key, scopes: [] } })
    await server.running.inside.usage.flush()

    const administrator = (await addAdministratorKey(server)).key
    const read = async () =>
      (await call(server.url, 'GET', `/v1/keys/${id}/scope-usage`, { key: administrator })).body.data as object[]
    const today = server.clock.now().toISOString().slice(0, 10)
    const fresh = (scope: string, needed: string | null) => ({ scope, last_needed_on: needed, unused: false })
    expect(await read()).toEqual([
      fresh('reports:read', today),
      fresh('reports:write', null),
      fresh('keys:read', today),
      fresh('keys:verify', today),
      fresh('usage:read', null),
    ])

    const agent = createAgent(server.url)
    await signIn(agent, await agent.get('/sign-in'), person)
    const without = `/account/keys/${id}/rotate?without=reports%3Awrite+usage%3Aread`
    expect((await agent.get(`/account/keys/${id}`)).html).not.toContain('without=')
    const long = new Date(server.clock.now().getTime() - 40 * 86_400_000)
    await server.db.apiKey.update({ where: { id }, data: { createdAt: long, updatedAt: long } })
    await server.db.installation.update({ where: { id: 1 }, data: { scopeUsesSince: long } })
    expect((await agent.get(`/account/keys/${id}`)).html).toContain(without)
    const ticked = [...(await agent.get(without)).html.matchAll(/name="scopes" value="([^"]+)" checked/g)]
    expect(ticked.map(([, scope]) => scope)).toEqual(['reports:read', 'keys:read', 'keys:verify'])
  })
})
