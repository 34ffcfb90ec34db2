/** What is measured of the flows: each operation as a client and a browser do it, its answer checked. */
import { createHash, randomBytes } from 'node:crypto'
import type { Connection, Reply } from './connection.ts'
import type { Operation } from './load.ts'
import { redirectUri, reports, type Slot, type Target } from './target.ts'

// One pair for all: drawing them is the client's work, which isn't measured.
const verifier = randomBytes(32).toString('base64url')
const challenge = createHash('sha256').update(verifier).digest('base64url')

/** Authorize in a signed-in session that has consented, then the exchange: two requests. */
export function codeFlow({ authorizePath, tokenPath, client }: Target, api = reports): Operation<Slot> {
  const authorization = `${authorizePath}?${new URLSearchParams({
    client_id: client.id,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: `openid ${api.scope}`,
    resource: api.identifier,
    state: 'af0ifjsldkj',
    nonce: 'n-0S6_WzA2Mj',
    code_challenge: challenge,
    code_challenge_method: 'S256',
  }).toString()}`
  const headers = authenticated(client)
  return async (connection, slot) => {
    const redirected = await connection.get(authorization, { cookie: slot.cookie })
    const code = URL.parse(redirected.header('location') ?? '')?.searchParams.get('code')
    if (redirected.status !== 303 || typeof code !== 'string') throw unexpected('authorize', redirected)
    const form = new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      code_verifier: verifier,
    })
    const { accessToken, refreshToken } = await tokens(connection, tokenPath, form, headers)
    if (isJwt(accessToken) !== (api.format === 'jwt')) throw new Error(`this is no ${api.format} token: ${accessToken}`)
    slot.accessToken = accessToken
    slot.refreshToken = refreshToken
  }
}

/** Each slot has a line of its own, which goes on where it was. */
export function refresh({ tokenPath, client }: Target): Operation<Slot> {
  const headers = authenticated(client)
  return async (connection, slot) => {
    if (slot.refreshToken === null) throw new Error('a code flow has to come first')
    const form = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: slot.refreshToken })
    const { accessToken, refreshToken } = await tokens(connection, tokenPath, form, headers)
    if (refreshToken === slot.refreshToken) throw new Error('the refresh token was not rotated')
    if (!isJwt(accessToken)) throw new Error(`this is no JWT: ${accessToken}`)
    slot.refreshToken = refreshToken
  }
}

export function clientCredentials({ tokenPath, client }: Target): Operation<Slot> {
  const headers = authenticated(client)
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    scope: reports.scope,
    resource: reports.identifier,
  })
  return async (connection) => {
    const reply = await connection.post(tokenPath, form, headers)
    const { access_token } = bodyOf(reply, 'client credentials')
    if (!isJwt(access_token)) throw unexpected('client credentials', reply)
  }
}

async function tokens(
  connection: Connection,
  path: string,
  form: URLSearchParams,
  headers: Readonly<Record<string, string>>,
): Promise<{ accessToken: string; refreshToken: string }> {
  const reply = await connection.post(path, form, headers)
  const { access_token, id_token, refresh_token } = bodyOf(reply, 'token')
  if (access_token === undefined || !isJwt(id_token) || refresh_token === undefined) throw unexpected('token', reply)
  return { accessToken: access_token, refreshToken: refresh_token }
}

function bodyOf(reply: Reply, what: string): Record<string, string | undefined> {
  if (reply.status !== 200) throw unexpected(what, reply)
  return JSON.parse(reply.body) as Record<string, string | undefined>
}

const isJwt = (token: string | undefined): boolean => token?.startsWith('eyJ') ?? false

function authenticated({ id, secret }: Target['client']): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` }
}

function unexpected(what: string, { status, header, body }: Reply): Error {
  return new Error(`${what} answered ${status} ${header('location') ?? ''}\n${body}`)
}
