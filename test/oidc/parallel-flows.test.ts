/** Several tabs and several apps at once in one session: nobody loses a code, a token or a place. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAgent } from '../support/agent.ts'
import { allow, exchange, onConsent, openApp, signIn, startFlow, tokensFor } from '../support/flow.ts'
import { addClient, addPerson } from '../support/server.ts'
import { isActive, refresh } from './endpoints.ts'
import { openStage, silently, tokensAgain, type Stage } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

test('two apps authorize in parallel in one session, and both codes work', async () => {
  const { server, person } = stage
  const clients = await Promise.all([addClient(server), addClient(server), addClient(server)])
  const agent = createAgent(server.url)
  const apps = await Promise.all(clients.map((client) => openApp(server, client)))
  // The first consent of each, so that they are only written to the session, all at once, afterwards.
  for (const [index, client] of clients.entries()) {
    await tokensFor(server, client, person, { scope: 'openid' }, agent)
    expect(apps[index]).toBeDefined()
  }
  await server.db.sessionClient.deleteMany({ where: { clientId: { in: clients.map(({ id }) => id) } } })
  const tokens = await Promise.all(apps.map((app) => tokensAgain(app, agent)))
  for (const [index, client] of clients.entries()) {
    expect(await isActive(server, client, tokens[index]?.access_token)).toBe(true)
    expect(await refresh(server, client, tokens[index]?.refresh_token)).toMatchObject({ status: 200 })
  }
  expect(await server.db.sessionClient.count({ where: { clientId: { in: clients.map(({ id }) => id) } } })).toBe(3)
})

test('two tabs of one app authorize in parallel, and both codes and both refresh tokens work', async () => {
  const { server, person } = stage
  const client = await addClient(server)
  const { agent, app } = await tokensFor(server, client, person)
  await server.db.sessionClient.deleteMany({ where: { clientId: client.id } })
  const tokens = await Promise.all(Array.from({ length: 4 }, () => tokensAgain(app, agent)))
  for (const { access_token: accessToken, refresh_token: refreshToken } of tokens) {
    expect(await isActive(server, client, accessToken)).toBe(true)
    expect(await refresh(server, client, refreshToken)).toMatchObject({ status: 200 })
  }
})

test('two tabs that both wait for the sign-in both go on after it', async () => {
  const { server, client } = stage
  const person = await addPerson(server)
  const app = await openApp(server, client)
  const agent = createAgent(server.url)
  const [one, two] = [await startFlow(app), await startFlow(app)]
  const first = await agent.follow(await agent.get(one.url.href))
  const second = await agent.follow(await agent.get(two.url.href))
  expect(new URL(first.url).pathname).toBe('/sign-in')
  expect(new URL(second.url).pathname).toBe('/sign-in')
  // The second tab signs in and consents; then the first is loaded again.
  const answered = await allow(agent, await signIn(agent, second, person))
  expect((await exchange(app, new URL(answered.location ?? ''), two)).claims()?.sub).toBe(person.id)
  const again = await agent.follow(await agent.get(new URL(first.url).searchParams.get('return_to') ?? ''))
  expect((await exchange(app, new URL(again.location ?? ''), one)).claims()?.sub).toBe(person.id)
})

test('two consent pages of two apps are answered one after the other, in either order', async () => {
  const { server } = stage
  const person = await addPerson(server)
  const agent = createAgent(server.url)
  const apps = [await openApp(server, await addClient(server)), await openApp(server, await addClient(server))] as const
  const started = [await startFlow(apps[0]), await startFlow(apps[1])] as const
  const first = await signIn(agent, await agent.get(started[0].url.href), person)
  const second = await agent.follow(await agent.get(started[1].url.href))
  expect([onConsent(first), onConsent(second)]).toEqual([true, true])
  const secondAnswer = await allow(agent, second)
  const firstAnswer = await allow(agent, await agent.get(first.url))
  expect((await exchange(apps[1], new URL(secondAnswer.location ?? ''), started[1])).claims()?.sub).toBe(person.id)
  expect((await exchange(apps[0], new URL(firstAnswer.location ?? ''), started[0])).claims()?.sub).toBe(person.id)
})

test('two consents of one person for one app at the same moment leave one grant', async () => {
  const { server } = stage
  const person = await addPerson(server)
  const client = await addClient(server)
  const app = await openApp(server, client)
  const answers = await Promise.all(
    [1, 2, 3].map(async () => {
      const agent = createAgent(server.url)
      const started = await startFlow(app, { scope: 'openid email' })
      const page = await signIn(agent, await agent.get(started.url.href), person)
      const answer = onConsent(page) ? await allow(agent, page) : page
      return exchange(app, new URL(answer.location ?? ''), started)
    }),
  )
  for (const tokens of answers) expect(tokens.scope).toBe('openid email')
  expect(await server.db.grant.count({ where: { userId: person.id, clientId: client.id } })).toBe(1)
})

test('a sign-out in one tab stops the authorization that another has under way', async () => {
  const { server } = stage
  const person = await addPerson(server)
  const client = await addClient(server)
  const { agent, app } = await tokensFor(server, client, person)
  const started = await startFlow(app)
  const callback = new URL((await agent.get(started.url.href)).location ?? '')
  await agent.get('/account/connected-apps')
  await agent.submit('/sign-out')
  await expect(exchange(app, callback, started)).rejects.toMatchObject({ error: 'invalid_grant' })
  await expect(silently(app, agent)).resolves.toMatchObject({
    pathname: expect.stringMatching(/^\/interaction\//) as string,
  })
})
