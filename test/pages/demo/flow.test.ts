/** The demo walks through the code flow with the server that it is part of, and shows it as it was. */
import { hash } from 'node:crypto'
import { decodeJwt } from 'jose'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { createAgent } from '../../support/agent.ts'
import { addPerson, startTestServer, type TestPerson, type TestServer } from '../../support/server.ts'
import { askAt, comeBack, getTokens, press, wordsOf } from './walk.ts'

let server: TestServer
let person: TestPerson

beforeAll(async () => {
  server = await startTestServer()
  person = await addPerson(server)
})
afterEach(() => void vi.useRealTimers())
afterAll(() => server[Symbol.asyncDispose]())

/** The JWTs on a page. */
const jwtsIn = (words: string) => [...new Set(words.match(/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g))]
const accessTokensIn = (words: string) => jwtsIn(words).filter((jwt) => 'client_id' in decodeJwt(jwt))
const refreshTokensIn = (words: string) => [...new Set(words.match(/\bkgrt_[\w-]{43}/g))]

test('explains the flow before anything is done, and why consent is asked every time', async () => {
  const agent = createAgent(server.url)
  const words = wordsOf(await agent.get('/demo'))
  expect(words).toContain(`${server.url}/demo/callback`)
  expect(words).toContain('says “not verified”, and asks every time, although this app is the server’s own')
  expect(agent.cookies.has('keygrant-demo')).toBe(false)
})

test('asks by the book: PKCE, state, nonce, one resource', async () => {
  const agent = createAgent(server.url)
  await agent.get('/demo')
  const { location } = await agent.submit('/demo/start')
  const request = new URL(location ?? '')
  expect(request.href).toMatch(`${server.url}/oauth2/authorize?`)
  expect(Object.fromEntries(request.searchParams)).toEqual({
    response_type: 'code',
    client_id: 'keygrant-demo',
    redirect_uri: `${server.url}/demo/callback`,
    scope: 'openid profile email offline_access demo.notes:read demo.notes:write demo.diary:read',
    resource: 'https://notes.example',
    state: expect.stringMatching(/^[\w-]{22}$/) as string,
    nonce: expect.stringMatching(/^[\w-]{22}$/) as string,
    code_challenge: expect.stringMatching(/^[\w-]{43}$/) as string,
    code_challenge_method: 'S256',
    prompt: 'consent',
  })
})

test('the consent page calls it unverified, and offers to leave out what is optional', async () => {
  const { words, answer } = await askAt(server, person)
  expect(words).toContain('Demo app asks to use')
  expect(words).toContain('Not verified by Keygrant')
  expect([...answer.html.matchAll(/name="scope" value="([^"]+)"/g)].map(([, scope]) => scope)).toEqual([
    'profile',
    'email',
    'demo.notes:write',
    'demo.diary:read',
  ])
})

test('shows the code under its own address, and that state and issuer were checked', async () => {
  const { words, answer } = await comeBack(server, person)
  expect(new URL(answer.url)).toMatchObject({ pathname: '/demo', search: '' })
  expect(words).toContain('state is the one that this browser was given')
  expect(words).toContain('iss names the server that was asked')
  expect(words).toMatch(/code [\w-]{43} To be exchanged for tokens, once\./)
})

test('exchanges the code with the verifier of the challenge, and shows request, answer and tokens', async () => {
  const { words } = await getTokens(server, person)
  const verifier = /code_verifier=([\w-]{43})/.exec(words)?.[1] ?? ''
  expect(words).toContain(hash('sha256', verifier, 'base64url'))
  expect(words).toContain(`POST ${server.url}/oauth2/token`)
  expect(words).toContain('"token_type": "Bearer"')
  const [access = '', id = ''] = jwtsIn(words)
  expect(decodeJwt(access)).toMatchObject({ aud: 'https://notes.example', sub: person.id, client_id: 'keygrant-demo' })
  expect(decodeJwt(id)).toMatchObject({ aud: 'keygrant-demo', sub: person.id, iss: server.url })
  expect(words).toContain(`sub ${person.id} You, by an identifier that never changes`)
  expect(words).toContain('aud https://notes.example Whom it is for: the API.')
  expect(words).toContain('aud keygrant-demo Whom it is for: this app.')
})

test('refreshes: both tokens are new, and the one that was sent is the one that was held', async () => {
  const before = await getTokens(server, person)
  const { words } = await press(before.agent, 'refresh')
  expect(words).toContain('Refreshed')
  expect(words).toContain(`refresh_token=${refreshTokensIn(before.words)[0]}`)
  // The exchange of the code is still there to be read, with what it gave.
  const held = (on: string) => [accessTokensIn(on).length, refreshTokensIn(on).length]
  expect([held(before.words), held(words)]).toEqual([
    [1, 1],
    [2, 2],
  ])
})

test('asks userinfo with a token of its own', async () => {
  const { agent } = await getTokens(server, person)
  const { words } = await press(agent, 'userinfo')
  expect(words).toMatch(/Authorization: Bearer kgat_/)
  expect(words).toContain(`email ${person.email} Your address.`)
  expect(words).toContain('name Ann Example Your name.')
  // The second time it is at hand.
  const again = await press(agent, 'userinfo')
  expect(again.words.match(/grant_type=refresh_token/g)).toHaveLength(1)
})

test('asks userinfo for less where the person left something out', async () => {
  const { agent, words } = await getTokens(server, person, ['demo.notes:write'])
  expect(words).toContain('scope demo.notes:read demo.notes:write What it allows')
  const asked = await press(agent, 'userinfo')
  expect(asked.words).toContain('You left something out at consent')
  expect(asked.words).toContain('The server said who you are')
  expect(asked.words).not.toContain(`email ${person.email}`)
})

test('introspects the access token, and again after it was revoked', async () => {
  const { agent } = await getTokens(server, person)
  const alive = await press(agent, 'introspect')
  expect(alive.words).toContain('The access token holds')
  expect(alive.words).toContain('"active": true')
  const revoked = await press(agent, 'revoke')
  expect(revoked.words).toContain('Revoked')
  const dead = await press(agent, 'introspect')
  expect(dead.words).toContain('The access token doesn’t hold any more')
  expect(dead.words).toContain('{ "active": false }')
  const refused = await press(agent, 'refresh')
  expect(refused.words).toContain('Refresh: That code or token doesn’t work any more')
  expect(refused.words).toContain('invalid_grant')
})

test('a code that is sent again ends everything, also long after it was used', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  const { agent } = await getTokens(server, person)
  vi.setSystemTime(Date.now() + 10 * 60_000)
  const { words } = await press(agent, 'replay')
  expect(words).toContain('The code worked only once')
  expect(words).toContain('Ended by the replay')
  expect((await press(agent, 'introspect')).words).toContain('The access token doesn’t hold any more')
})

test('says what it means when the code was left for too long', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  const { agent } = await comeBack(server, person)
  vi.setSystemTime(Date.now() + 61_000)
  expect(wordsOf(await agent.get('/demo'))).toContain('By now it is too old')
  const { words, answer } = await press(agent, 'exchange')
  expect(words).toContain('That code or token doesn’t work any more')
  expect(words).toContain('invalid_grant')
  expect(answer.html).toContain('action="/demo/start"')
  expect(answer.html).not.toContain('action="/demo/refresh"')
})

test('a refusal is told kindly, and the app holds nothing', async () => {
  const { agent } = await askAt(server, person)
  const answer = await agent.follow(await agent.submit('/cancel'))
  const words = wordsOf(answer)
  expect(words).toContain('You said no')
  expect(words).toContain('access_denied')
  expect(answer.html).toContain('action="/demo/start"')
  expect(answer.html).not.toContain('action="/demo/exchange"')
})

test('starting over revokes what is held, and forgets it', async () => {
  const { agent, words } = await getTokens(server, person)
  const [access = ''] = jwtsIn(words)
  const over = await press(agent, 'reset')
  expect(over.words).toContain('Who takes part')
  expect(jwtsIn(over.words)).toEqual([])
  const introspected = await fetch(`${server.url}/oauth2/introspect`, {
    method: 'POST',
    body: new URLSearchParams({ token: access, client_id: 'keygrant-demo' }),
  })
  expect(await introspected.json()).toEqual({ active: false })
})
