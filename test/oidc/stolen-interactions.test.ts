/** A waiting authorization request is answered by one browser session, and gives nobody else that session's person. */
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { createAgent, type Agent } from '../support/agent.ts'
import { allow, onConsent, openApp, signIn, startFlow } from '../support/flow.ts'
import { addClient, addPerson, type TestPerson } from '../support/server.ts'
import { nativeMetadata, openStage, signedInAgent, signInAt, type Stage } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage[Symbol.asyncDispose]())
afterEach(() => void vi.useRealTimers())

const isSomebody = async (agent: Agent): Promise<boolean> => (await agent.get('/account/connected-apps')).status === 200

/** A request that has been answered with a sign-in, of which the browser hasn't gone the last step. */
async function answered(agent: Agent, person: TestPerson): Promise<string> {
  const { url } = await startFlow(await openApp(stage.server, stage.client))
  const waiting = await agent.follow(await agent.get(url.href))
  expect(waiting.url).toContain('/sign-in')
  const back = await agent.submit('/sign-in', { email: person.email, password: person.password })
  const on = await agent.get(back.location ?? '')
  expect(on.location).toContain('/oauth2/authorize/')
  return on.location ?? ''
}

function linkMailedTo({ email }: TestPerson): string {
  const mail = stage.server.running.inside.mail.captured().find(({ to }) => to === email)
  return /\/links\/[\w-]+/.exec(mail?.text ?? '')?.[0] ?? ''
}

test('a reset of the password leaves no answered request that would sign its holder in again', async () => {
  const { server } = stage
  const person = await addPerson(server)
  const thief = createAgent(server.url)
  const resume = await answered(thief, person)

  const owner = createAgent(server.url)
  await owner.get('/forgot-password')
  await owner.submit('/forgot-password', { email: person.email })
  const link = await expect
    .poll(() => linkMailedTo(person))
    .toBeTruthy()
    .then(() => linkMailedTo(person))
  await owner.get(link)
  expect((await owner.submit(link, { password: 'seven green kites over the bay' })).status).toBe(303)
  expect(await isSomebody(thief)).toBe(false)

  await thief.get(resume)
  expect(await isSomebody(thief)).toBe(false)
})

test('a sign-out leaves no answered request that would sign in whoever uses the browser next', async () => {
  const { server } = stage
  const person = await addPerson(server)
  const agent = createAgent(server.url)
  const resume = await answered(agent, person)
  await agent.get('/account/connected-apps')
  await agent.submit('/sign-out')
  await agent.get(resume)
  expect(await isSomebody(agent)).toBe(false)
})

test('whoever plants the cookies of a request of theirs is not signed in by the answer of another', async () => {
  const { server } = stage
  const thief = createAgent(server.url)
  const { url } = await startFlow(await openApp(server, stage.client))
  const begun = await thief.get(url.href)
  const planted = new Map([...thief.cookies].filter(([name]) => name.startsWith('keygrant-interaction')))
  const uid = new URL(begun.location ?? '').pathname.split('/').at(-1)

  const victim = await signedInAgent(server, await addPerson(server))
  victim.plant(planted)
  await victim.get(`/interaction/${uid}`)
  await signIn(victim, await victim.get(`/interaction/${uid}`), await addPerson(server))

  await thief.follow(await thief.get(`/oauth2/authorize/${uid}`))
  expect(await isSomebody(thief)).toBe(false)
})

test('an answer that was given in another session is not taken: whoever is here now is asked', async () => {
  const { server } = stage
  const agent = createAgent(server.url)
  const resume = await answered(agent, await addPerson(server))
  const other = await addPerson(server)
  await signInAt(agent, other)
  const page = await agent.follow(await agent.get(resume))
  expect(onConsent(page)).toBe(true)
  expect(page.html).toContain(other.email)
})

test('what one person allowed on the way is not taken for the answer of the next', async () => {
  const { server } = stage
  const native = await addClient(server, nativeMetadata)
  const app = await openApp(server, native)
  const [first, second] = [await addPerson(server), await addPerson(server)]
  const now = Date.now()
  vi.useFakeTimers({ toFake: ['Date'], now })
  // The second one has allowed this app before, and is to be asked again all the same: its identity isn't assured.
  const before = createAgent(server.url)
  await allow(before, await signIn(before, await before.get((await startFlow(app)).url.href), second))

  const agent = await signedInAgent(server, first)
  const { url } = await startFlow(app, { max_age: '60' })
  const consent = await agent.follow(await agent.get(url.href))
  expect(onConsent(consent)).toBe(true)
  vi.setSystemTime(now + 120_000)
  const stale = await allow(agent, consent)
  expect(stale.url).toContain('/sign-in')
  const page = await signIn(agent, stale, second)
  expect(onConsent(page)).toBe(true)
})

test('a sign-in just before a request that asks for one does not answer it, in the same second neither', async () => {
  const { server, client } = stage
  const app = await openApp(server, client)
  const person = await addPerson(server)
  const second = Math.ceil(Date.now() / 1000) * 1000
  vi.useFakeTimers({ toFake: ['Date'], now: second + 100 })
  const agent = await signedInAgent(server, person)
  vi.setSystemTime(second + 600)
  const asked = await agent.follow(await agent.get((await startFlow(app, { prompt: 'login' })).url.href))
  expect(asked.url).toContain('/sign-in')
  vi.setSystemTime(second + 900)
  expect(onConsent(await signIn(agent, asked, person))).toBe(true)
})
