/** Cookies: unreadable to scripts, sent to this host alone and only over TLS, and worth nothing once changed. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addClient, addPerson, startTestServer, type TestPerson, type TestServer } from '../support/server.ts'
import { ask, type RawAnswer } from './raw.ts'

let server: TestServer
let person: TestPerson
beforeAll(async () => {
  server = await startTestServer({
    settings: { PUBLIC_URL: 'https://auth.example.com', TRUSTED_PROXIES: '127.0.0.1/32,::1/128' },
  })
  person = await addPerson(server)
})
afterAll(() => server[Symbol.asyncDispose]())

const request = (path: string, cookies: readonly string[] = [], body?: URLSearchParams): Promise<RawAnswer> =>
  ask(server.running.port, {
    path,
    method: body ? 'POST' : 'GET',
    headers: {
      accept: 'text/html',
      'x-forwarded-proto': 'https',
      cookie: cookies.map((line) => line.split(';')[0]).join('; '),
      ...(body ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
    },
    ...(body ? { body: body.toString() } : {}),
  })

async function signIn(): Promise<{ form: RawAnswer; signedIn: RawAnswer }> {
  const form = await request('/sign-in')
  const body = new URLSearchParams({
    email: person.email,
    password: person.password,
    return_to: '/account',
    _csrf: /name="_csrf" value="([^"]+)"/.exec(form.text)?.[1] ?? '',
  })
  return { form, signedIn: await request('/sign-in', form.cookies, body) }
}

interface Parsed {
  name: string
  value: string
  attributes: string[]
}

const parse = (line: string): Parsed => {
  const [pair = '', ...attributes] = line.split(/; ?/)
  const at = pair.indexOf('=')
  return { name: pair.slice(0, at), value: pair.slice(at + 1), attributes: attributes.map((one) => one.toLowerCase()) }
}

async function begin(): Promise<RawAnswer> {
  const client = await addClient(server)
  const query = new URLSearchParams({
    client_id: client.id,
    redirect_uri: client.client.redirectUris[0] ?? '',
    response_type: 'code',
    scope: 'openid',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  })
  return request(`/oauth2/authorize?${query}`)
}

test('over https every cookie is Secure, HttpOnly and SameSite=Lax, and none names a domain', async () => {
  const { form, signedIn } = await signIn()
  const begun = await begin()
  expect(begun.status).toBe(303)
  const all = [form, signedIn, begun].flatMap(({ cookies }) => cookies.map(parse))
  expect(all.length).toBeGreaterThanOrEqual(6)
  for (const { attributes } of all) {
    expect(attributes).toContain('secure')
    expect(attributes).toContain('httponly')
    expect(attributes).toContain('samesite=lax')
    expect(attributes.filter((one) => one.startsWith('domain'))).toEqual([])
  }
})

test('session, form and device are bound to the host by their names', async () => {
  const { form, signedIn } = await signIn()
  const cookies = [...form.cookies, ...signedIn.cookies].map(parse)
  const bases = ['keygrant-session', 'keygrant-form', 'keygrant-device']
  for (const base of bases) expect(cookies.map(({ name }) => name)).toContain(`__Host-${base}`)
  for (const { attributes } of cookies) expect(attributes).toContain('path=/')
})

test('an authorization’s cookies go back to that authorization alone, and for an hour', async () => {
  const { cookies, headers } = await begin()
  const uid = headers['location']?.split('/').at(-1)
  const paths = cookies.map(parse).map(({ attributes }) => attributes.find((one) => one.startsWith('path=')))
  expect(new Set(paths)).toEqual(
    new Set([`path=/interaction/${uid?.toLowerCase()}`, `path=/oauth2/authorize/${uid?.toLowerCase()}`]),
  )
  for (const { attributes } of cookies.map(parse)) {
    const expires = attributes.find((one) => one.startsWith('expires='))?.slice(8) ?? ''
    expect((Date.parse(expires) - Date.now()) / 60_000).toBeCloseTo(60, -1)
  }
})

test('a cookie that was changed is none', async () => {
  const { signedIn } = await signIn()
  expect((await request('/account/connected-apps', signedIn.cookies)).status).toBe(200)
  for (const name of ['__Host-keygrant-session', '__Host-keygrant-session.sig']) {
    const changed = signedIn.cookies.map((line) =>
      line.startsWith(`${name}=`) ? line.replace(/=(.)/, (_, first: string) => `=${first === 'A' ? 'B' : 'A'}`) : line,
    )
    expect((await request('/account/connected-apps', changed)).status).toBe(303)
  }
  const unsigned = signedIn.cookies.filter((line) => !line.startsWith('__Host-keygrant-session.sig'))
  expect((await request('/account/connected-apps', unsigned)).status).toBe(303)
})

test('a cookie without the prefix, as another host of the domain could set it, is none', async () => {
  const { signedIn } = await signIn()
  const renamed = signedIn.cookies.map((line) => line.replace(/^__Host-/, ''))
  expect((await request('/account/connected-apps', renamed)).status).toBe(303)
})
