/** What an attacker tries at the pages about oneself: with a browser that was left open, a cookie that was stolen, another's ids. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAgent, type Agent } from '../../support/agent.ts'
import { addMember, addOrganization } from '../../support/api.ts'
import { signIn } from '../../support/flow.ts'
import { addClient, addPerson, startTestServer, type TestPerson, type TestServer } from '../../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server[Symbol.asyncDispose]())

const other = 'seven yellow paper lanterns'
const password = '/account/security/password'
const address = '/account/profile/address'

async function signedIn(person: TestPerson): Promise<Agent> {
  const agent = createAgent(server.url)
  expect((await signIn(agent, await agent.get('/sign-in'), person)).url).toContain('/account')
  return agent
}
const isIn = async (agent: Agent) => (await agent.get('/account')).status === 200

test('a cookie that was stolen before the password was changed is worth nothing after it', async () => {
  const person = await addPerson(server)
  const owner = await signedIn(person)
  const thief = createAgent(server.url)
  thief.plant(owner.cookies)
  expect(await isIn(thief)).toBe(true)
  await owner.get(password)
  const done = await owner.submit(password, { current: person.password, password: other })
  expect([done.status, done.location]).toEqual([303, `${server.url}/account/security?done=password-changed`])
  expect([await isIn(owner), await isIn(thief)]).toEqual([true, false])
  const sessions = await server.db.session.findMany({ where: { userId: person.id } })
  expect(sessions).toHaveLength(1)
})

describe('the password that is asked for', () => {
  test('is guessed at ten times, wherever it is asked for, and then not even the right one is taken', async () => {
    const person = await addPerson(server)
    const agent = await signedIn(person)
    const { computations } = server.running.inside.passwords
    for (let index = 0; index < 5; index++) {
      await agent.get(password)
      expect((await agent.submit(password, { current: 'a guess', password: other })).status).toBe(422)
      await agent.get(address)
      expect((await agent.submit(address, { current: 'a guess', email: 'thief@example.com' })).status).toBe(422)
    }
    expect(server.running.inside.passwords.computations - computations).toBe(10)
    await agent.get(password)
    const refused = await agent.submit(password, { current: person.password, password: other })
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(server.running.inside.passwords.computations - computations).toBe(10)
    expect(refused.html).not.toContain('a guess')
  })

  test('is never shown again, nor the new one', async () => {
    const agent = await signedIn(await addPerson(server))
    await agent.get(password)
    const { html } = await agent.submit(password, { current: 'not it at all', password: other })
    expect(html).not.toContain('not it at all')
    expect(html).not.toContain(other)
  })
})

test('the link that proves an address is mailed a few times, and then not before a while', async () => {
  const person = await addPerson(server)
  await server.db.user.update({ where: { id: person.id }, data: { emailVerifiedAt: null } })
  const agent = await signedIn(person)
  const pressed: number[] = []
  for (let index = 0; index < 5; index++) {
    const { html } = await agent.get('/account/keys/new')
    expect(html).not.toContain('name="scopes"')
    pressed.push((await agent.submit('/account/profile/prove')).status)
  }
  expect(pressed).toEqual([303, 303, 303, 303, 429])
})

describe('another’s', () => {
  /** As if a page of ours had shown the form, which none does. */
  async function forge(agent: Agent, path: string, userId: string): Promise<Response> {
    const { uid } = await server.db.session.findFirstOrThrow({ where: { userId } })
    const cookie = agent.cookies.get('keygrant-form') ?? ''
    const token = server.secrets.digest('csrf', JSON.stringify([cookie, path, uid])).toString('base64url')
    return agent.fetch(path, { method: 'POST', body: new URLSearchParams({ _csrf: token }) })
  }

  test('session isn’t ended, and answers like one that isn’t there', async () => {
    const [mine, theirs] = [await addPerson(server), await addPerson(server)]
    const [agent, victim] = [await signedIn(mine), await signedIn(theirs)]
    const session = await server.db.session.findFirstOrThrow({ where: { userId: theirs.id } })
    for (const id of [session.id, 'ses_nothing']) {
      expect((await forge(agent, `/account/security/sessions/${id}/end`, mine.id)).status).toBe(404)
    }
    expect(await isIn(victim)).toBe(true)
    const own = await server.db.session.findFirstOrThrow({ where: { userId: mine.id } })
    expect((await forge(agent, `/account/security/sessions/${own.id}/end`, mine.id)).status).toBe(303)
    expect(await isIn(agent)).toBe(false)
  })

  test('connection to an app isn’t among one’s own, also for who administers the app', async () => {
    const [admin, person] = [await addPerson(server), await addPerson(server)]
    const organizationId = await addOrganization(server)
    await addMember(server, organizationId, admin.id, 'admin')
    const client = await addClient(server, { client_name: 'Their App' }, { organization_id: organizationId })
    const id = 'gra_theirs'
    await server.db.grant.create({
      data: { id, userId: person.id, clientId: client.id, oidcScopes: ['openid'], clientFingerprint: Buffer.alloc(1) },
    })
    const agent = await signedIn(admin)
    expect((await agent.get('/account/connected-apps')).html).not.toContain('Their App')
    expect((await agent.get(`/account/connected-apps/${id}`)).status).toBe(404)
    expect((await forge(agent, `/account/connected-apps/${id}`, admin.id)).status).toBe(404)
    expect(await server.db.grant.count({ where: { id } })).toBe(1)
    expect((await (await signedIn(person)).get('/account/connected-apps')).html).toContain('Their App')
  })
})
