/** Begins a flow: looks up the server's addresses, draws what only the app knows, and makes the authorization request. */
import { hash } from 'node:crypto'
import { z } from 'zod'
import { randomSecret } from '../../platform/random.ts'
import { demoScope, notes, type Demo } from './demo.ts'
import type { Flow } from './flow.ts'
import type { Send } from './http.ts'

/** RFC 8414, 2, in the names of the document. */
const discoveryDocument = z.object({
  issuer: z.string(),
  authorization_endpoint: z.url(),
  token_endpoint: z.url(),
  userinfo_endpoint: z.url(),
  introspection_endpoint: z.url(),
  revocation_endpoint: z.url(),
  jwks_uri: z.url(),
})

/** Rejects where the server tells no addresses: without them there is nothing to show. */
export async function beginFlow(send: Send, { issuer, clientId, redirectUri }: Demo): Promise<Flow> {
  const { exchange, body } = await send('GET', `${issuer}/.well-known/openid-configuration`)
  const document = discoveryDocument.parse(body)
  // A document that speaks for somebody else would send the code there (RFC 8414, 3.3).
  if (document.issuer !== issuer) throw new Error('the discovery document is not of this server')

  const verifier = randomSecret()
  const state = randomSecret(16)
  const nonce = randomSecret(16)
  const parameters = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: demoScope,
    resource: notes.identifier,
    state,
    nonce,
    code_challenge: hash('sha256', verifier, 'base64url'),
    code_challenge_method: 'S256',
    // Without it, `offline_access` is passed over (OIDC Core, 11).
    prompt: 'consent',
  }
  const url = new URL(document.authorization_endpoint)
  url.search = new URLSearchParams(parameters).toString()
  return {
    request: {
      discovery: exchange,
      endpoints: {
        authorization: document.authorization_endpoint,
        token: document.token_endpoint,
        userinfo: document.userinfo_endpoint,
        introspection: document.introspection_endpoint,
        revocation: document.revocation_endpoint,
        jwks: document.jwks_uri,
      },
      verifier,
      state,
      nonce,
      parameters,
      url: url.href,
    },
    callback: null,
    exchange: null,
    tokens: null,
    uses: [],
  }
}
