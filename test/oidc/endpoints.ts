/** Requests to the endpoints by hand, where a client library would refuse to misbehave. */
import type { TestClient, TestServer } from '../support/server.ts'

export interface EndpointAnswer {
  status: number
  headers: Headers
  /** The JSON; empty where there was none. */
  body: Record<string, unknown>
}

type Where = Pick<TestServer, 'url'>
export type Parameters = Readonly<Record<string, string | readonly string[] | undefined>>
type Authenticated = Pick<TestClient, 'id' | 'secret'>

/** Posts a form as the client: with its secret in the header, or with its name alone. */
async function postAs(
  server: Where,
  path: string,
  client: Authenticated,
  parameters: Parameters,
  headers: Record<string, string> = {},
): Promise<EndpointAnswer> {
  const own = client.secret === null ? { client_id: client.id } : {}
  const authorization = client.secret === null ? {} : { authorization: basic(client.id, client.secret) }
  return post(server, path, { ...own, ...parameters }, { ...authorization, ...headers })
}

export async function post(
  server: Where,
  path: string,
  parameters: Parameters,
  headers: Record<string, string> = {},
): Promise<EndpointAnswer> {
  const body = formOf(parameters)
  return answerOf(await fetch(`${server.url}${path}`, { method: 'POST', body, headers, redirect: 'manual' }))
}

export const tokenRequest = (server: Where, client: Authenticated, parameters: Parameters): Promise<EndpointAnswer> =>
  postAs(server, '/oauth2/token', client, parameters)

export const refresh = (
  server: Where,
  client: Authenticated,
  refreshToken: string | undefined,
  parameters: Parameters = {},
): Promise<EndpointAnswer> =>
  tokenRequest(server, client, { grant_type: 'refresh_token', refresh_token: refreshToken, ...parameters })

export const introspect = (
  server: Where,
  client: Authenticated,
  token: string | undefined,
  parameters: Parameters = {},
): Promise<EndpointAnswer> => postAs(server, '/oauth2/introspect', client, { token, ...parameters })

export const revoke = (
  server: Where,
  client: Authenticated,
  token: string | undefined,
  parameters: Parameters = {},
): Promise<EndpointAnswer> => postAs(server, '/oauth2/revoke', client, { token, ...parameters })

export async function userinfo(server: Where, accessToken: string): Promise<EndpointAnswer> {
  return answerOf(await fetch(`${server.url}/oauth2/userinfo`, { headers: { authorization: `Bearer ${accessToken}` } }))
}

/** Whether a client learns that a token of its own is live. */
export async function isActive(server: Where, client: Authenticated, token: string | undefined): Promise<boolean> {
  const { status, body } = await introspect(server, client, token)
  if (status !== 200) throw new Error(`introspection answered ${status}: ${JSON.stringify(body)}`)
  return body['active'] === true
}

export const basic = (id: string, secret: string): string =>
  `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`

function formOf(parameters: Parameters): URLSearchParams {
  const form = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of [value ?? []].flat()) form.append(name, one)
  }
  return form
}

async function answerOf(response: Response): Promise<EndpointAnswer> {
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json') ?? false
  return {
    status: response.status,
    headers: response.headers,
    body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {},
  }
}
