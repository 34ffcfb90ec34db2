/** How the answer comes back: in the query, or posted by a form; and what OAuth 2.1 has no more. */
import * as oidc from 'openid-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAgent, type Agent, type Answer } from '../support/agent.ts'
import { startFlow, tokensFor, type App } from '../support/flow.ts'
import { openStage, type Stage } from './stage.ts'

let stage: Stage
let app: App
let agent: Agent
beforeAll(async () => {
  stage = await openStage()
  const first = await tokensFor(stage.server, stage.client, stage.person)
  app = first.app
  agent = first.agent
})
afterAll(() => stage[Symbol.asyncDispose]())

async function ask(changes: Record<string, string>, by: Agent = agent) {
  const started = await startFlow(app, changes)
  return { started, answer: await by.get(started.url.href) }
}

/** What the page posts, and where. */
function formOf({ html }: Answer): { action: string; fields: Record<string, string> } {
  const text = (value: string | undefined) =>
    (value ?? '').replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
  const forms = [...html.matchAll(/<form\b[^>]*>/g)].map(([tag]) => tag)
  expect(forms).toHaveLength(1)
  const inputs = [...html.matchAll(/<input[^>]*type="hidden"[^>]*>/g)].map(([input]): [string, string] => [
    /name="([^"]*)"/.exec(input)?.[1] ?? '',
    text(/value="([^"]*)"/.exec(input)?.[1]),
  ])
  return { action: text(/action="([^"]*)"/.exec(forms[0] ?? '')?.[1]), fields: Object.fromEntries(inputs) }
}

test('form_post posts code, state and issuer to the redirect URI, and the code is good', async () => {
  const { started, answer } = await ask({ response_mode: 'form_post' })
  expect(answer.status).toBe(200)
  expect(answer.headers.get('cache-control')).toBe('no-store')
  const { action, fields } = formOf(answer)
  expect(action).toBe('https://app.example.com/callback')
  expect(Object.keys(fields).toSorted()).toEqual(['code', 'iss', 'state'])
  const posted = new Request(app.redirectUri, { method: 'POST', body: new URLSearchParams(fields) })
  const tokens = await oidc.authorizationCodeGrant(app.configuration, posted, {
    pkceCodeVerifier: started.verifier,
    expectedState: started.state,
    expectedNonce: started.nonce,
  })
  expect(tokens.claims()?.sub).toBe(stage.person.id)
})

test('the form_post page has no script of its own in it, can be framed by nobody and sends no referrer', async () => {
  const { answer } = await ask({ response_mode: 'form_post' })
  const policy = answer.headers.get('content-security-policy') ?? ''
  expect(policy).toContain("script-src 'self'")
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).not.toContain('unsafe')
  expect(answer.html).not.toMatch(/<script(?![^>]*\bsrc=)/)
  expect(answer.headers.get('referrer-policy')).toBe('no-referrer')
})

test('a refusal comes by form_post as well', async () => {
  const { answer, started } = await ask({ response_mode: 'form_post', prompt: 'none' }, createAgent(stage.server.url))
  const { action, fields } = formOf(answer)
  expect(action).toBe('https://app.example.com/callback')
  expect(fields).toMatchObject({ error: 'login_required', state: started.state, iss: stage.server.url })
})

test('what an app puts in its state is text on the form_post page, and comes back whole', async () => {
  const state = '"><script>alert(1)</script>&amp; ü'
  const { answer } = await ask({ response_mode: 'form_post', state })
  expect(answer.html).not.toContain('<script>alert')
  expect(formOf(answer).fields['state']).toBe(state)
})

test.for(['token', 'id_token', 'code token', 'code id_token', 'none', 'id_token token'])(
  'response_type=%s is refused: OAuth 2.1 has only code',
  async (responseType) => {
    const { answer } = await ask({ response_type: responseType })
    const { searchParams, hash } = new URL(answer.location ?? '')
    const errors = [searchParams.get('error'), new URLSearchParams(hash.slice(1)).get('error')]
    expect(errors).toContain('unsupported_response_type')
    expect(`${searchParams}${hash}`).not.toMatch(/access_token|id_token=|code=/)
  },
)

test('an unknown response mode is refused', async () => {
  const { answer } = await ask({ response_mode: 'web_message' })
  expect(new URL(answer.location ?? '').searchParams.get('error')).toMatch(
    /^(unsupported_response_mode|invalid_request)$/,
  )
})

test('a request object is refused, also one that is signed like a placeholder secret would', async () => {
  const payload = Buffer.from(
    JSON.stringify({ scope: 'openid', redirect_uri: 'https://evil.example/callback' }),
  ).toString('base64url')
  const request = `${Buffer.from('{"alg":"HS256"}').toString('base64url')}.${payload}.c2lnbmF0dXJl`
  const { answer } = await ask({ request })
  expect(new URL(answer.location ?? '').origin).toBe('https://app.example.com')
  expect(new URL(answer.location ?? '').searchParams.get('error')).toBe('request_not_supported')
  const byReference = await ask({ request_uri: 'https://evil.example/request.jwt' })
  expect(new URL(byReference.answer.location ?? '').searchParams.get('error')).toBe('request_uri_not_supported')
})
