/** The code flow as an app and a person go through it together: openid-client on the app's side, the agent on the person's. */
import * as oidc from 'openid-client'
import { createAgent, type Agent, type Answer } from './agent.ts'
import type { TestClient, TestPerson, TestServer } from './server.ts'

export interface App {
  configuration: oidc.Configuration
  redirectUri: string
}

/** The app, as openid-client discovers the server. */
export async function openApp(
  server: Pick<TestServer, 'url'>,
  client: TestClient,
  redirectUri = client.client.redirectUris[0] ?? '',
): Promise<App> {
  const authentication = client.secret === null ? oidc.None() : oidc.ClientSecretBasic(client.secret)
  const configuration = await oidc.discovery(new URL(server.url), client.id, undefined, authentication, {
    // oxlint-disable-next-line typescript/no-deprecated -- so marked to be noticed; the server under test is on loopback
    execute: [oidc.allowInsecureRequests],
  })
  return { configuration, redirectUri }
}

export interface Started {
  url: URL
  verifier: string
  state: string
  nonce: string
}

export async function startFlow(
  { configuration, redirectUri }: App,
  parameters: Record<string, string> = {},
): Promise<Started> {
  const verifier = oidc.randomPKCECodeVerifier()
  const state = oidc.randomState()
  const nonce = oidc.randomNonce()
  const url = oidc.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope: 'openid',
    state,
    nonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...parameters,
  })
  return { url, verifier, state, nonce }
}

/** Signs in where the flow asks for it. @returns what came after: the consent page, or the answer to the client */
export async function signIn(agent: Agent, answer: Answer, person: TestPerson): Promise<Answer> {
  const page = await agent.follow(answer)
  if (!new URL(page.url).pathname.startsWith('/sign-in')) return page
  return agent.follow(await agent.submit('/sign-in', { email: person.email, password: person.password }))
}

export const onConsent = (answer: Answer): boolean => answer.status === 200 && answer.html.includes('/consent"')

/** Allows; `scopes` are the optional ones that stay ticked, all by default. */
export async function allow(agent: Agent, answer: Answer, scopes?: readonly string[]): Promise<Answer> {
  const offered = [...answer.html.matchAll(/name="scope"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*name="scope"/g)].map(
    ([, a, b]) => a ?? b ?? '',
  )
  return agent.follow(await agent.submit('/consent', { scope: scopes ?? offered }))
}

/** From the app's button to the callback: signs in and consents where it is asked. */
export async function authorize(
  agent: Agent,
  started: Started,
  person: TestPerson,
  scopes?: readonly string[],
): Promise<URL> {
  const page = await signIn(agent, await agent.get(started.url.href), person)
  const answer = onConsent(page) ? await allow(agent, page, scopes) : page
  if (answer.location === null)
    throw new Error(`the flow stopped at ${answer.url} with ${answer.status}:\n${answer.html}`)
  return new URL(answer.location)
}

export type Tokens = oidc.TokenEndpointResponse & oidc.TokenEndpointResponseHelpers

export async function exchange({ configuration }: App, callback: URL, started: Started): Promise<Tokens> {
  return oidc.authorizationCodeGrant(configuration, callback, {
    pkceCodeVerifier: started.verifier,
    expectedState: started.state,
    ...(started.url.searchParams.get('scope')?.split(' ').includes('openid') ? { expectedNonce: started.nonce } : {}),
  })
}

/** A whole flow. */
export async function tokensFor(
  server: Pick<TestServer, 'url'>,
  client: TestClient,
  person: TestPerson,
  parameters: Record<string, string> = {},
  agent: Agent = createAgent(server.url),
): Promise<{ tokens: Tokens; app: App; agent: Agent; callback: URL; started: Started }> {
  const app = await openApp(server, client)
  const started = await startFlow(app, parameters)
  const callback = await authorize(agent, started, person)
  return { tokens: await exchange(app, callback, started), app, agent, callback, started }
}
