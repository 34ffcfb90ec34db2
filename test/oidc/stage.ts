/** Where most flows are played: a server with two resources, a confidential client, and a person. */
import { createAgent, type Agent } from '../support/agent.ts'
import { exchange, startFlow, type App, type Tokens } from '../support/flow.ts'
import {
  addClient,
  addPerson,
  addResources,
  startTestServer,
  type TestClient,
  type TestPerson,
  type TestServer,
  type TestServerOptions,
} from '../support/server.ts'

export interface Stage extends AsyncDisposable {
  server: TestServer
  client: TestClient
  person: TestPerson
}

export async function openStage(options: TestServerOptions = {}): Promise<Stage> {
  await using opening = new AsyncDisposableStack()
  const server = opening.use(await startTestServer(options))
  await addResources(server)
  const client = await addClient(server)
  const person = await addPerson(server)
  const open = opening.move()
  return { server, client, person, [Symbol.asyncDispose]: () => open.disposeAsync() }
}

/** A browser in which the person has signed in. */
export async function signedInAgent(server: Pick<TestServer, 'url'>, person: TestPerson): Promise<Agent> {
  const agent = createAgent(server.url)
  await signInAt(agent, person)
  return agent
}

/** Signs in at the front door, with no app waiting. */
export async function signInAt(agent: Agent, person: TestPerson): Promise<void> {
  await agent.get('/sign-in?notice=sign-in-again')
  const answer = await agent.submit('/sign-in', { email: person.email, password: person.password })
  if (answer.status !== 303) throw new Error(`the sign-in of ${person.email} was refused with ${answer.status}`)
}

/** One authorization request, in which nobody is asked anything. @returns where the browser is sent */
export async function silently(app: App, agent: Agent, parameters: Record<string, string> = {}): Promise<URL> {
  const started = await startFlow(app, parameters)
  const answer = await agent.get(started.url.href)
  if (answer.location === null) throw new Error(`somebody was asked, with ${answer.status}:\n${answer.html}`)
  return new URL(answer.location)
}

/** A second flow of somebody who is signed in and has allowed it before. */
export async function tokensAgain(app: App, agent: Agent, parameters: Record<string, string> = {}): Promise<Tokens> {
  const started = await startFlow(app, parameters)
  const answer = await agent.get(started.url.href)
  if (answer.location === null) throw new Error(`somebody was asked, with ${answer.status}:\n${answer.html}`)
  return exchange(app, new URL(answer.location), started)
}

/** A client that comes back to this machine and can keep no secret (RFC 8252). */
export const nativeMetadata = {
  client_name: 'ACME Desktop',
  redirect_uris: ['http://127.0.0.1/callback'],
  token_endpoint_auth_method: 'none',
} as const

/** A public client at an address that only its maker serves. */
export const browserMetadata = {
  client_name: 'ACME Browser App',
  redirect_uris: ['https://spa.example.com/callback'],
  token_endpoint_auth_method: 'none',
} as const
