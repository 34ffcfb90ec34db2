/** Drives one real authorization code flow as a browser and an app would: by plain HTTP against a public URL. */
import { createHash, randomBytes } from 'node:crypto'
import { FlowFault, type FlowStep } from './flow-fault.ts'
import { createVisitor, type Visitor } from './visitor.ts'

export interface FlowInput {
  /** The issuer, without a trailing slash. */
  issuer: string
  client: { id: string; secret: string; redirectUri: string }
  person: { email: string; password: string }
  /** Separated by spaces; every one that consent asks for is allowed. */
  scope: string
  resource?: string
  fetch?: typeof fetch
}

export interface Tokens {
  access_token: string
  id_token?: string
  refresh_token?: string
  scope?: string
  expires_in?: number
}

export type FlowOutcome =
  | {
      ok: true
      tokens: Tokens
      userinfo: Record<string, unknown> | null
      pages: string[]
      setCookies: readonly string[]
    }
  | { ok: false; step: FlowStep; detail: string; pages: string[]; setCookies: readonly string[] }

interface Discovery {
  issuer: string
  authorization_endpoint: string
  token_endpoint: string
  userinfo_endpoint: string
}

/** `pages` are the headings of the pages that were met, in their order. Throws only what isn't about the server. */
export async function driveCodeFlow(input: FlowInput): Promise<FlowOutcome> {
  const visitor = createVisitor(input.issuer, input.fetch ?? fetch)
  const seen = () => ({ pages: visitor.headings, setCookies: visitor.cookieLines })
  try {
    const discovery = await discover(input, visitor)
    const { code, verifier } = await authorize(input, visitor, discovery)
    const tokens = await exchange(input, visitor, discovery, { code, verifier })
    const openid = input.scope.split(' ').includes('openid') && input.resource === undefined
    const userinfo = openid ? await askUserinfo(visitor, discovery, tokens) : null
    return { ok: true, tokens, userinfo, ...seen() }
  } catch (error) {
    if (error instanceof FlowFault) return { ok: false, step: error.step, detail: error.message, ...seen() }
    throw error
  }
}

async function discover({ issuer }: FlowInput, visitor: Visitor): Promise<Discovery> {
  const { status, body } = await visitor.json('discovery', `${issuer}/.well-known/openid-configuration`)
  if (status !== 200) throw new FlowFault('discovery', `the discovery document was answered with ${status}`)
  const discovery = body as Partial<Discovery>
  if (discovery.issuer !== issuer) {
    throw new FlowFault(
      'discovery',
      `the discovery document names the issuer ${String(discovery.issuer)}, not ${issuer}`,
    )
  }
  return discovery as Discovery
}

async function authorize(
  { issuer, client, person, scope, resource }: FlowInput,
  visitor: Visitor,
  discovery: Discovery,
): Promise<{ code: string; verifier: string }> {
  const verifier = randomBytes(32).toString('base64url')
  const state = randomBytes(16).toString('base64url')
  const request = new URL(discovery.authorization_endpoint)
  request.search = new URLSearchParams({
    response_type: 'code',
    client_id: client.id,
    redirect_uri: client.redirectUri,
    scope,
    state,
    nonce: randomBytes(16).toString('base64url'),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...(resource !== undefined && { resource }),
  }).toString()

  const answer = await visitor.visit(request, client.redirectUri, {
    '/sign-in': (fields) => ({ ...fields, email: person.email, password: person.password }),
    '/consent': (fields) => fields,
  })
  const parameters = answer.searchParams
  const error = parameters.get('error')
  if (error !== null) {
    throw new FlowFault('authorization', `the app was answered ${error}: ${parameters.get('error_description') ?? ''}`)
  }
  // Both protect the app: `state` against a forged answer, `iss` (RFC 9207) against one from another server.
  if (parameters.get('state') !== state)
    throw new FlowFault('authorization', 'the answer lacks the state that was sent')
  if (parameters.get('iss') !== issuer) throw new FlowFault('authorization', 'the answer lacks the right iss')
  const code = parameters.get('code')
  if (code === null) throw new FlowFault('authorization', 'the answer holds no code')
  return { code, verifier }
}

async function exchange(
  { client, resource }: FlowInput,
  visitor: Visitor,
  discovery: Discovery,
  { code, verifier }: { code: string; verifier: string },
): Promise<Tokens> {
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    code,
    redirect_uri: client.redirectUri,
    code_verifier: verifier,
    ...(resource !== undefined && { resource }),
  })
  // RFC 6749, 2.3.1: both parts are form-encoded before they are joined.
  const credentials = [client.id, client.secret].map(encodeURIComponent).join(':')
  const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`
  const { status, body } = await visitor.json('token', discovery.token_endpoint, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
  })
  const tokens = body as Tokens & { error?: string; error_description?: string }
  if (status === 200 && typeof tokens.access_token === 'string') return tokens
  const reason = [tokens.error, tokens.error_description].filter(Boolean).join(': ')
  throw new FlowFault('token', `the token endpoint answered ${status} ${reason}`.trim())
}

async function askUserinfo(
  visitor: Visitor,
  discovery: Discovery,
  { access_token }: Tokens,
): Promise<Record<string, unknown>> {
  const { status, body } = await visitor.json('userinfo', discovery.userinfo_endpoint, {
    headers: { authorization: `Bearer ${access_token}` },
  })
  if (status !== 200) throw new FlowFault('userinfo', `userinfo answered ${status}`)
  return body as Record<string, unknown>
}
