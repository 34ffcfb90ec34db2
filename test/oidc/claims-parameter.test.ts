/** Claims that an app asks for one by one (OIDC Core, 5.5). */
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAgent } from '../support/agent.ts'
import { allow, exchange, onConsent, openApp, signIn, startFlow, tokensFor } from '../support/flow.ts'
import { addPerson } from '../support/server.ts'
import { userinfo } from './endpoints.ts'
import { openStage, type Stage } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

test('claims asked for the ID token and for userinfo come where they were asked for', async () => {
  const { server, client, person } = stage
  const claims = JSON.stringify({ id_token: { email: null }, userinfo: { name: null } })
  const { tokens } = await tokensFor(server, client, person, { claims })
  expect(decodeJwt(tokens.id_token ?? '')).toMatchObject({ email: person.email })
  expect(decodeJwt(tokens.id_token ?? '')).not.toHaveProperty('name')
  expect((await userinfo(server, tokens.access_token)).body).toEqual({ sub: person.id, name: 'Ann Example' })
})

test('claims that are not known are left out, as the standard says', async () => {
  const { server, client, person } = stage
  const claims = JSON.stringify({ id_token: { phone_number: { essential: true }, email: null } })
  const { tokens } = await tokensFor(server, client, person, { claims })
  expect(decodeJwt(tokens.id_token ?? '')).toHaveProperty('email')
  expect(decodeJwt(tokens.id_token ?? '')).not.toHaveProperty('phone_number')
})

test('claims are shown at consent under their scope, and what is left out is not told', async () => {
  const { server, client } = stage
  const person = await addPerson(server)
  const app = await openApp(server, client)
  const started = await startFlow(app, { claims: JSON.stringify({ userinfo: { email: null, name: null } }) })
  const agent = createAgent(server.url)
  const page = await signIn(agent, await agent.get(started.url.href), person)
  expect(onConsent(page)).toBe(true)
  expect(page.html).toMatch(/name="scope"[^>]*value="email"/)
  const { location } = await allow(agent, page, ['profile'])
  const tokens = await exchange(app, new URL(location ?? ''), started)
  expect((await userinfo(server, tokens.access_token)).body).toEqual({ sub: person.id, name: 'Ann Example' })
})

test('auth_time may be asked for without a question to the person', async () => {
  const { server, client, person } = stage
  const { agent, app } = await tokensFor(server, client, person)
  const claims = JSON.stringify({ id_token: { auth_time: { essential: true } } })
  const started = await startFlow(app, { claims, prompt: 'none' })
  const { location } = await agent.get(started.url.href)
  const tokens = await exchange(app, new URL(location ?? ''), started)
  expect(decodeJwt(tokens.id_token ?? '')).toMatchObject({ auth_time: expect.any(Number) as number })
})

test('a subject asked for by claims is the one who answers, or nobody', async () => {
  const { server, client, person } = stage
  const { agent, app } = await tokensFor(server, client, person)
  const asking = async (value: string) => {
    const { url } = await startFlow(app, { claims: JSON.stringify({ id_token: { sub: { value } } }), prompt: 'none' })
    return new URL((await agent.get(url.href)).location ?? '').searchParams
  }
  expect((await asking(person.id)).has('code')).toBe(true)
  expect((await asking('usr_somebodyelse')).get('error')).toBe('login_required')
})

test.for(['not json', '[]', '{"id_token":"email"}', '{"other":{}}'])(
  'claims=%s is a fault of the request',
  async (claims) => {
    const { server, client } = stage
    const { url } = await startFlow(await openApp(server, client), { claims })
    const { location } = await createAgent(server.url).get(url.href)
    expect(new URL(location ?? '').searchParams.get('error')).toBe('invalid_request')
  },
)
