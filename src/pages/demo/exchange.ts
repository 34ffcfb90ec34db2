/** Takes the code to the token endpoint, and believes what comes back only after it was checked (OIDC Core, 3.1.3.7). */
import { createLocalJWKSet, errors, jwtVerify, type JSONWebKeySet } from 'jose'
import type { Clock } from '../../platform/clock.ts'
import type { Demo } from './demo.ts'
import { faultOf, type Fault, type Flow } from './flow.ts'
import type { Answer, Send } from './http.ts'

export interface Parts {
  demo: Demo
  clock: Clock
  send: Send
}

/** The request that spends a code; the same for the first time and for a replay. */
export function sendCode({ demo, send }: Parts, { request }: Flow, code: string): Promise<Answer> {
  return send('POST', request.endpoints.token, {
    form: {
      grant_type: 'authorization_code',
      code,
      redirect_uri: demo.redirectUri,
      client_id: demo.clientId,
      code_verifier: request.verifier,
    },
  })
}

export async function exchangeCode(parts: Parts, flow: Flow, code: string): Promise<void> {
  const answer = await sendCode(parts, flow, code)
  const { access_token: access, id_token: id, refresh_token: refresh } = answer.body
  const refused = faultOf(answer)
  if (refused || typeof access !== 'string' || typeof id !== 'string') {
    const nothing = { code: 'invalid_response', description: 'The answer has no access token or no ID token.' }
    flow.exchange = { exchanges: [answer.exchange], fault: refused ?? nothing }
    return
  }
  const keys = await parts.send('GET', flow.request.endpoints.jwks)
  const jwks = keys.body as unknown as JSONWebKeySet
  const fault = faultOf(keys) ?? (await idTokenFault(parts, flow, id, jwks))
  flow.exchange = { exchanges: [answer.exchange, keys.exchange], fault }
  if (fault) return
  flow.tokens = {
    access,
    identity: null,
    id,
    refresh: typeof refresh === 'string' ? refresh : null,
    rotations: 0,
    jwks,
    ended: null,
  }
}

/**
 * What is wrong with an ID token; null if it is the server's, for this app, of this flow, and not too old. After a refresh
 * it must also tell of the same person (OIDC Core, 12.2).
 */
export async function idTokenFault(
  { demo, clock }: Parts,
  { request }: Flow,
  idToken: string,
  jwks: JSONWebKeySet,
  subject?: string,
): Promise<Fault | null> {
  try {
    const { payload } = await jwtVerify(idToken, createLocalJWKSet(jwks), {
      issuer: demo.issuer,
      audience: demo.clientId,
      ...(subject === undefined ? {} : { subject }),
      // Never what the token itself asks for.
      algorithms: ['RS256', 'ES256'],
      requiredClaims: ['exp', 'iat', 'sub'],
      currentDate: clock.now(),
    })
    return payload['nonce'] === request.nonce ? null : invalid('The nonce is not the one that the app sent.')
  } catch (error) {
    if (error instanceof errors.JOSEError) return invalid(error.message)
    throw error
  }
}

function invalid(description: string): Fault {
  return { code: 'invalid_id_token', description }
}
