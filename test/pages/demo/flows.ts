/** Flows at every point where the demo's page looks different, without a server behind them. */
import type { Demo } from '../../../src/pages/demo/demo.ts'
import { useKinds, type Fault, type Flow, type Tokens, type Use } from '../../../src/pages/demo/flow.ts'
import type { Exchange } from '../../../src/pages/demo/http.ts'

export const demo: Demo = {
  issuer: 'http://localhost:3000',
  clientId: 'keygrant-demo',
  clientName: 'Demo app',
  redirectUri: 'http://localhost:3000/demo/callback',
}

export const now = new Date('2026-11-24T09:30:00Z')
const seconds = now.getTime() / 1000

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const jwt = (header: object, claims: object) => `${encoded(header)}.${encoded(claims)}.${'c2lnbmF0dXJl'.repeat(7)}`

const person = 'usr_01m85w7g74e4vtn60b6dcmpehd'
const idToken = jwt(
  { alg: 'RS256', kid: 'sgk_01m85w7esbetvbhvkrbsfets2r' },
  {
    iss: demo.issuer,
    sub: person,
    aud: demo.clientId,
    exp: seconds + 3600,
    iat: seconds,
    nonce: 'vqNxLAN30LZGrEC_WRSNGQ',
  },
)
const accessToken = jwt(
  { alg: 'ES256', typ: 'at+jwt', kid: 'sgk_01m85w7f4nfa9thc55f4t3f6wf' },
  {
    iss: demo.issuer,
    sub: person,
    aud: 'https://notes.example',
    exp: seconds + 900,
    iat: seconds,
    jti: '1gP0hZgqN8CBoUuw6QGJsMUBy54IWdsLKGeU0UsTPW1',
    client_id: demo.clientId,
    scope: 'demo.notes:read demo.notes:write',
    // Nobody has words for it.
    x_unheard_of: { of: ['anything'] },
  },
)

function exchange(method: string, path: string, status: number, body: object | string): Exchange {
  const form =
    'grant_type=refresh_token&refresh_token=kgrt_92BqB-9ZsTQMWuqlViPXjMb04HlFMbrH8yUts98rrE&client_id=keygrant-demo'
  return {
    sender: 'app',
    request: {
      method,
      url: demo.issuer + path,
      headers: [{ name: 'Host', value: 'localhost:3000' }],
      body: method === 'POST' ? form : null,
    },
    response: {
      status,
      headers: [
        { name: 'Content-Type', value: 'application/json; charset=utf-8' },
        { name: 'Content-Security-Policy', value: "default-src 'none'" },
      ],
      body: typeof body === 'string' ? body : JSON.stringify(body),
    },
  }
}

const tokens: Tokens = {
  access: accessToken,
  identity: null,
  id: idToken,
  refresh: 'kgrt_ze6XZBg5jSFbOgFkpbNEm-YggT242vQ6bOJdrZnaHfs',
  rotations: 0,
  jwks: { keys: [] },
  ended: null,
}

const asked: Flow = {
  request: {
    discovery: exchange('GET', '/.well-known/openid-configuration', 200, { issuer: demo.issuer }),
    endpoints: {
      authorization: `${demo.issuer}/oauth2/authorize`,
      token: `${demo.issuer}/oauth2/token`,
      userinfo: `${demo.issuer}/oauth2/userinfo`,
      introspection: `${demo.issuer}/oauth2/introspect`,
      revocation: `${demo.issuer}/oauth2/revoke`,
      jwks: `${demo.issuer}/oauth2/jwks`,
    },
    verifier: 'F71gFQY_gdp_5P1vdArOZJpKgW_LzkJxwpTmnsSW2Bk',
    state: 'Edp1OeOpxPl_vF6fjFGmIQ',
    nonce: 'vqNxLAN30LZGrEC_WRSNGQ',
    parameters: {
      response_type: 'code',
      client_id: demo.clientId,
      scope: 'openid profile email offline_access demo.notes:read demo.notes:write demo.diary:read',
      code_challenge: 'A8WiTMAzhBxK0YWG5d_J00qmaufdjYV2SyypEDJH2YU',
    },
    url: `${demo.issuer}/oauth2/authorize?response_type=code&client_id=keygrant-demo&code_challenge=A8WiTMAzhBxK0YWG5d`,
  },
  callback: null,
  exchange: null,
  tokens: null,
  uses: [],
}

const code = { code: 'uIrX9kYDx2uHt9k0gzeobnh1hODhDetJD1XWzW8Abxb' }
const answered: Flow = { ...asked, callback: { url: `${demo.redirectUri}?code=${code.code}`, at: now, answer: code } }

const exchanged: Flow = {
  ...answered,
  exchange: {
    exchanges: [
      exchange('POST', '/oauth2/token', 200, { access_token: accessToken, id_token: idToken }),
      exchange('GET', '/oauth2/jwks', 200, { keys: [] }),
    ],
    fault: null,
  },
  tokens,
}

function refused(fault: Fault): Flow {
  return { ...asked, callback: { url: `${demo.redirectUri}?error=${fault.code}`, at: now, answer: { fault } } }
}

const answers: Record<Use['kind'], Exchange[]> = {
  refresh: [exchange('POST', '/oauth2/token', 200, { access_token: accessToken })],
  userinfo: [
    exchange('POST', '/oauth2/token', 400, { error: 'invalid_scope' }),
    exchange('POST', '/oauth2/token', 200, { access_token: 'kgat_fIR' }),
    exchange('GET', '/oauth2/userinfo', 200, { sub: person, email: 'ada@example.com', updated_at: seconds }),
  ],
  introspect: [exchange('POST', '/oauth2/introspect', 200, { active: true })],
  revoke: [exchange('POST', '/oauth2/revoke', 200, '')],
  replay: [exchange('POST', '/oauth2/token', 400, { error: 'invalid_grant' })],
}

const used: Flow = {
  ...exchanged,
  tokens: { ...tokens, identity: 'kgat_fIR_PFs5XlYtUcAXlfVCK4NMBnXfYJ1YDRxavfKziP9', rotations: 2, ended: 'replayed' },
  uses: useKinds.map((kind) => ({
    kind,
    exchanges: answers[kind],
    fault: kind === 'replay' ? { code: 'invalid_grant', description: 'grant request is invalid' } : null,
    active: kind === 'introspect' ? true : null,
  })),
}

const ended: Flow = {
  ...exchanged,
  tokens: { ...tokens, rotations: 1, ended: 'revoked' },
  uses: [
    { kind: 'introspect', exchanges: answers.introspect, fault: null, active: false },
    {
      kind: 'refresh',
      exchanges: answers.replay,
      fault: { code: 'invalid_grant', description: 'grant request is invalid' },
      active: null,
    },
  ],
}

export const flows = {
  asked,
  refused: refused({ code: 'access_denied', description: 'the person refused' }),
  'unheard-of': refused({ code: 'x_teapot', description: null }),
  'other-issuer': refused({
    code: 'issuer_mismatch',
    description: 'The answer does not name the server that was asked.',
  }),
  answered,
  'too-late': {
    ...answered,
    exchange: {
      exchanges: [exchange('POST', '/oauth2/token', 400, { error: 'invalid_grant' })],
      fault: { code: 'invalid_grant', description: 'grant request is invalid' },
    },
  },
  exchanged,
  used,
  ended,
} satisfies Record<string, Flow>
