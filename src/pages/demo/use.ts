/** What the app does with its tokens: one function for each button. */
import { decodeJwt } from 'jose'
import { identityScopes } from './demo.ts'
import { idTokenFault, sendCode, type Parts } from './exchange.ts'
import { faultOf, noteUse, type Flow, type Tokens, type UseKind } from './flow.ts'
import type { Answer } from './http.ts'

type Act = (parts: Parts, flow: Flow, tokens: Tokens) => Promise<void>

export const uses: Readonly<Record<UseKind, Act>> = { refresh, userinfo, introspect, revoke, replay }

async function refresh(parts: Parts, flow: Flow, tokens: Tokens): Promise<void> {
  const answer = await sendRefreshToken(parts, flow, tokens)
  const fault = await takeRefreshed(parts, flow, tokens, answer)
  const access = answer.body['access_token']
  if (!fault && typeof access === 'string') tokens.access = access
  noteUse(flow, { kind: 'refresh', exchanges: [answer.exchange], fault, active: null })
}

/**
 * The access token is for the API alone, so userinfo needs one of its own: the refresh token gives it. What the person left
 * out at consent can't be had, and then the app asks for less.
 */
async function userinfo(parts: Parts, flow: Flow, tokens: Tokens): Promise<void> {
  const exchanges = []
  for (const scope of tokens.identity === null ? [identityScopes.join(' '), 'openid'] : []) {
    const answer = await sendRefreshToken(parts, flow, tokens, scope)
    exchanges.push(answer.exchange)
    const fault = await takeRefreshed(parts, flow, tokens, answer)
    const { access_token: access } = answer.body
    if (!fault && typeof access === 'string') {
      tokens.identity = access
      break
    }
    if (fault?.code !== 'invalid_scope' || scope === 'openid') {
      noteUse(flow, { kind: 'userinfo', exchanges, fault, active: null })
      return
    }
  }
  const answer = await parts.send('GET', flow.request.endpoints.userinfo, {
    headers: { Authorization: `Bearer ${tokens.identity}` },
  })
  const refused = faultOf(answer)
  // The next time it is asked for anew: it may only be too old.
  if (refused) tokens.identity = null
  const fault = refused ?? (answer.body['sub'] === subjectOf(tokens) ? null : otherPerson)
  noteUse(flow, { kind: 'userinfo', exchanges: [...exchanges, answer.exchange], fault, active: null })
}

/** OIDC Core, 5.3.2: an answer about somebody else must not be used. */
const otherPerson = { code: 'sub_mismatch', description: 'The answer tells of another person than the ID token.' }

function subjectOf({ id }: Tokens): string | undefined {
  return decodeJwt(id).sub
}

async function introspect({ demo, send }: Parts, flow: Flow, tokens: Tokens): Promise<void> {
  const answer = await send('POST', flow.request.endpoints.introspection, {
    form: { token: tokens.access, client_id: demo.clientId },
  })
  const fault = faultOf(answer)
  const active = fault ? null : answer.body['active'] === true
  noteUse(flow, { kind: 'introspect', exchanges: [answer.exchange], fault, active })
}

async function revoke(parts: Parts, flow: Flow, tokens: Tokens): Promise<void> {
  const answer = await sendRevocation(parts, flow, tokens)
  const fault = faultOf(answer)
  if (!fault) tokens.ended ??= 'revoked'
  noteUse(flow, { kind: 'revoke', exchanges: [answer.exchange], fault, active: null })
}

/** What a thief would do who saw the code. */
async function replay(parts: Parts, flow: Flow, tokens: Tokens): Promise<void> {
  const answer = flow.callback?.answer
  if (!answer || !('code' in answer)) return
  const replayed = await sendCode(parts, flow, answer.code)
  const fault = faultOf(replayed)
  if (fault?.code === 'invalid_grant') tokens.ended ??= 'replayed'
  noteUse(flow, { kind: 'replay', exchanges: [replayed.exchange], fault, active: null })
}

/** An app that forgets its tokens ends them first, so that they aren't worth anything to whoever finds them. */
export async function abandon(parts: Parts, flow: Flow): Promise<void> {
  if (flow.tokens?.ended === null) await sendRevocation(parts, flow, flow.tokens)
}

function sendRevocation({ demo, send }: Parts, flow: Flow, tokens: Tokens): Promise<Answer> {
  return send('POST', flow.request.endpoints.revocation, {
    form: { token: tokens.refresh ?? tokens.access, client_id: demo.clientId },
  })
}

function sendRefreshToken({ demo, send }: Parts, flow: Flow, tokens: Tokens, scope?: string): Promise<Answer> {
  return send('POST', flow.request.endpoints.token, {
    form: {
      grant_type: 'refresh_token',
      refresh_token: tokens.refresh ?? '',
      client_id: demo.clientId,
      ...(scope === undefined ? {} : { scope }),
    },
  })
}

/** Each answer brings the next refresh token; the old one is used up. */
async function takeRefreshed(parts: Parts, flow: Flow, tokens: Tokens, answer: Answer) {
  const refused = faultOf(answer)
  if (refused) return refused
  const { refresh_token: next, id_token: id } = answer.body
  if (typeof next === 'string') {
    tokens.refresh = next
    tokens.rotations += 1
  }
  if (typeof id !== 'string') return null
  const fault = await idTokenFault(parts, flow, id, tokens.jwks, subjectOf(tokens))
  if (!fault) tokens.id = id
  return fault
}
