/**
 * What Traefik and Envoy are documented to send for the files in `examples/`, sent here in their place: Debian has neither.
 *
 * Traefik: doc.traefik.io/traefik/reference/routing-configuration/http/middlewares/forwardauth, "Configuration Options" and
 * "Forward-Request Headers".
 * Envoy: envoyproxy.io/docs/envoy/latest/api-v3/extensions/filters/http/ext_authz/v3/ext_authz.proto, HttpService,
 * AuthorizationResponse and `allowed_headers`; that the check itself gets `x-envoy-internal` and Envoy's own address
 * appended to `x-forwarded-for` is in its source (source/common/http/async_client_impl.cc, sendHeaders).
 */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { parse } from 'yaml'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { send, clientAddress, type Got } from './client.ts'
import { verified } from './real.ts'
import { gatewayAddress, openGatewayStage, type GatewayStage } from './stage.ts'

type Headers = readonly (readonly [name: string, value: string])[]

interface ClientRequest {
  method?: string
  target: string
  headers?: Headers
  /** The client's address. */
  from?: string
}

const example = async (file: string): Promise<unknown> =>
  parse(await readFile(path.join(import.meta.dirname, '../../examples', file), 'utf8'))

interface ForwardAuth {
  address: string
  trustForwardHeader: boolean
  authRequestHeaders: string[]
  authResponseHeadersRegex: string
}

interface TraefikFile {
  http: {
    routers: Record<string, { middlewares: string[] }>
    middlewares: Record<
      string,
      { forwardAuth?: ForwardAuth; headers?: { customRequestHeaders: Record<string, string> } }
    >
  }
}

interface Pattern {
  exact?: string
  prefix?: string
}

interface ExtAuthz {
  failure_mode_allow: boolean
  status_on_error: { code: string }
  allowed_headers: { patterns: Pattern[] }
  http_service: {
    server_uri: { uri: string }
    path_prefix: string
    authorization_response: Record<
      'allowed_upstream_headers' | 'allowed_client_headers_on_success' | 'allowed_client_headers',
      { patterns: Pattern[] } | undefined
    >
  }
}

const matches = (patterns: readonly Pattern[], name: string): boolean =>
  patterns.some(({ exact, prefix }) => name === exact || (prefix !== undefined && name.startsWith(prefix)))

const { http: traefik } = (await example('traefik/keygrant.yml')) as TraefikFile
const envoy = (await example('envoy/envoy.yaml')) as {
  static_resources: { listeners: { filter_chains: { filters: { typed_config: HttpConnectionManager }[] }[] }[] }
}
interface HttpConnectionManager {
  http_filters: { name: string; typed_config: ExtAuthz }[]
  route_config: { virtual_hosts: { request_headers_to_remove: string[] }[] }
  use_remote_address: boolean
}
const manager = envoy.static_resources.listeners[0]!.filter_chains[0]!.filters[0]!.typed_config
const extAuthz = manager.http_filters.find(({ name }) => name === 'envoy.filters.http.ext_authz')!.typed_config

const forwardAuth = (name: string): ForwardAuth => traefik.middlewares[name]!.forwardAuth!

let stage: GatewayStage
beforeAll(async () => {
  stage = await openGatewayStage(null)
})
afterAll(() => stage[Symbol.asyncDispose]())

const bearer = (key: string): Headers => [['Authorization', `Bearer ${key}`]]

/** Always GET, without the body, to the one address. */
function askAsTraefik(middleware: ForwardAuth, { method = 'GET', target, headers = [], from }: ClientRequest) {
  const { address, authRequestHeaders, trustForwardHeader } = middleware
  const { pathname, search } = new URL(address)
  const allowed = new Set(authRequestHeaders.map((name) => name.toLowerCase()))
  expect(trustForwardHeader).toBe(false)
  return send(stage.port, pathname + search, {
    from: gatewayAddress,
    headers: [
      ...headers.filter(([name]) => allowed.has(name.toLowerCase())),
      ['X-Forwarded-For', from ?? clientAddress],
      ['X-Forwarded-Method', method],
      ['X-Forwarded-Proto', 'https'],
      ['X-Forwarded-Host', 'api.example.com'],
      ['X-Forwarded-Uri', target],
    ],
  })
}

/** The client's own method, host and path with the prefix before it, and of its headers those that are allowed. */
function askAsEnvoy({ method = 'GET', target, headers = [], from = clientAddress }: ClientRequest) {
  const { allowed_headers: allowed, http_service: service } = extAuthz
  const always = [{ exact: 'authorization' }]
  const own = headers.map(([name, value]) => [name.toLowerCase(), value] as const)
  const forwardedFor = [...own.filter(([name]) => name === 'x-forwarded-for').map(([, value]) => value), from]
  return send(stage.port, service.path_prefix + target, {
    method,
    from: gatewayAddress,
    headers: [
      ['content-length', '0'],
      ...own.filter(([name]) => !name.startsWith('x-forwarded-') && matches([...allowed.patterns, ...always], name)),
      ['x-forwarded-proto', 'https'],
      ['x-envoy-internal', 'true'],
      ['x-forwarded-for', [...forwardedFor, gatewayAddress].join(',')],
    ],
  })
}

const gateways = [
  { name: 'Traefik', ask: (request: ClientRequest) => askAsTraefik(forwardAuth('keygrant-reports'), request) },
  { name: 'Envoy', ask: askAsEnvoy },
]

describe.each(gateways)('what $name sends', ({ ask }) => {
  test('gets a 200 with who is calling and what is left', async () => {
    const { key, subject, id, organizationId } = stage.keys.reader
    for (const headers of [bearer(key), [['X-API-Key', key]] as const]) {
      const got = await ask({ target: '/reports/1?page=2', headers })
      expect(got.status).toBe(200)
      expect(verified.map((name) => got.headers[name])).toEqual([
        subject,
        'api_key',
        id,
        '-',
        organizationId,
        '-',
        'reports:read exports:run',
        'free',
        'live',
      ])
      expect(got.headers['ratelimit']).toMatch(/^"hour";r=\d+;t=\d+, "burst";r=\d+;t=\d+$/)
    }
  })

  test('gets refusals that a client understands as they are', async () => {
    const codeOf = ({ status, headers }: Got) => [status, headers['x-auth-code']]
    const missing = await ask({ target: '/reports/1' })
    expect(codeOf(missing)).toEqual([401, 'missing'])
    expect(missing.headers['www-authenticate']).toMatch(/^Bearer resource_metadata="/)

    const stranger = await ask({ target: '/reports/1', headers: bearer(stage.keys.stranger.key) })
    expect(codeOf(stranger)).toEqual([403, 'insufficient_scope'])
    expect(stranger.headers['www-authenticate']).toContain('scope="reports:read"')

    const { key } = await stage.twice()
    const request = { target: '/reports/1', headers: bearer(key) }
    expect([(await ask(request)).status, (await ask(request)).status]).toEqual([200, 200])
    const limited = await ask(request)
    expect(codeOf(limited)).toEqual([429, 'rate_limited'])
    expect(Number(limited.headers['retry-after'])).toBeGreaterThan(60)
    expect(limited.headers['ratelimit']).toMatch(/"burst";r=0;t=\d+$/)
    expect(limited.headers['ratelimit-policy']).toMatch(/"burst";q=2;w=200$/)
  })

  test('is judged by the method and path that the client sent, whatever else it says', async () => {
    const spoofed: Headers = [
      ...bearer(stage.keys.reader.key),
      ['X-Forwarded-Method', 'GET'],
      ['X-Forwarded-Uri', '/reports/1'],
      ['X-Forwarded-Host', 'elsewhere.example'],
    ]
    const statusOf = async (method: string, target: string) => (await ask({ method, target, headers: spoofed })).status
    expect(await statusOf('GET', '/reports/1?scope=&cost=0&mode=observe&on_limit=429')).toBe(200)
    expect(await statusOf('POST', '/reports/1')).toBe(403)
    expect(await statusOf('GET', '/reports/admin/1?mode=observe')).toBe(403)
    expect(await statusOf('DELETE', '/reports/1')).toBe(403)
  })

  test.each([
    '/elsewhere',
    '/reports//admin/1',
    '/reports/x/../admin/1',
    '/reports/x%2f..%2fadmin/1',
    '/reports/..;/reports/1',
    '/reports/%0d%0a',
    '/../../v1/check',
    '//reports/1',
  ])('gets 403 for the path %s', async (target) => {
    const got = await ask({ target, headers: bearer(stage.keys.writer.key) })
    expect([got.status, got.headers['x-auth-code']]).toEqual([403, 'no_route'])
  })

  test('is judged by the address that the gateway saw', async () => {
    const headers: Headers = [...bearer(stage.keys.bound.key), ['X-Forwarded-For', '127.0.0.2']]
    expect((await ask({ target: '/reports/1', headers })).status).toBe(200)
    const got = await ask({ target: '/reports/1', headers, from: '127.0.0.3' })
    expect([got.status, got.headers['x-auth-code']]).toEqual([403, 'ip_not_allowed'])
  })
})

describe('what the file makes Traefik do with the answer', () => {
  const answered = async () => {
    const headers = bearer(stage.keys.reader.key)
    return askAsTraefik(forwardAuth('keygrant-exports'), { target: '/exports/run?scope=&mode=observe', headers })
  }
  /** Go's flag at the front is JavaScript's at the end. */
  const taken = new RegExp(forwardAuth('keygrant-exports').authResponseHeadersRegex.replace('(?i)', ''), 'i')

  test('a question in its file is asked as it stands there', async () => {
    expect((await answered()).status).toBe(200)
    const stranger = { target: '/exports/run?scope=&mode=observe', headers: bearer(stage.keys.stranger.key) }
    expect((await askAsTraefik(forwardAuth('keygrant-exports'), stranger)).status).toBe(403)
  })

  test('the API gets every verified header, and no header that it could take for one', async () => {
    const { headers } = await answered()
    expect(verified.filter((name) => headers[name] !== undefined && taken.test(name))).toEqual([...verified])
    for (const forged of ['x-auth-subject', 'X-AUTH-NEW', 'X_Auth_Scope', 'X.Auth.Tier', 'X-Auth_Tier', 'x|auth|kind'])
      expect(taken.test(forged)).toBe(true)
    for (const other of ['X-Author', 'Max-Auth-Age', 'Accept', 'Authorization']) expect(taken.test(other)).toBe(false)
  })

  test('every router checks first and then takes the credential away', () => {
    for (const { middlewares } of Object.values(traefik.routers)) {
      const [check = '', strip = '', ...others] = middlewares
      expect(traefik.middlewares[check]?.forwardAuth).toBeDefined()
      expect(traefik.middlewares[strip]?.headers?.customRequestHeaders).toEqual({ Authorization: '', 'X-API-Key': '' })
      expect(others).toEqual([])
    }
  })
})

describe('what the file makes Envoy do with the answer', () => {
  test('the API gets every verified header and not the credential, and the client its limits', async () => {
    const { headers } = await askAsEnvoy({ target: '/reports/1', headers: bearer(stage.keys.reader.key) })
    const response = extAuthz.http_service.authorization_response
    const upstream = response.allowed_upstream_headers?.patterns ?? []
    const client = response.allowed_client_headers_on_success?.patterns ?? []
    const names = Object.keys(headers)
    expect(names.filter((name) => matches(upstream, name)).toSorted()).toEqual(
      [...verified, 'x-auth-code', 'x-auth-status'].toSorted(),
    )
    expect(names.filter((name) => matches(client, name)).toSorted()).toEqual([
      'ratelimit',
      'ratelimit-policy',
      'x-ratelimit-limit',
      'x-ratelimit-remaining',
      'x-ratelimit-reset',
    ])
    expect(manager.route_config.virtual_hosts.map((host) => host.request_headers_to_remove)).toEqual([
      ['authorization', 'x-api-key'],
    ])
  })

  test('a refusal goes to the client whole, and an outage lets nothing pass', () => {
    expect(extAuthz.http_service.authorization_response.allowed_client_headers).toBeUndefined()
    expect(extAuthz).toMatchObject({ failure_mode_allow: false, status_on_error: { code: 'ServiceUnavailable' } })
    expect(manager.use_remote_address).toBe(true)
  })
})
