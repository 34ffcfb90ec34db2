/** The two gateways that run here, by the files in `examples/`, each with a Keygrant and an API of its own behind it. */
import { afterAll, beforeAll, beforeEach, expect } from 'vitest'
import { openEchoApi, type EchoApi, type Received } from '../support/echo-api.ts'
import { realGateways, type Gateway, type GatewayPorts } from '../support/gateway.ts'
import { send, type Got, type Sent } from './client.ts'
import { openGatewayStage, type GatewayStage } from './stage.ts'

export interface Kind {
  name: string
  start: (ports: GatewayPorts) => Promise<Gateway>
  /** What its policy says in place of 429 and 503. */
  instead: 403 | null
  /** Where a client finds the code of a refusal. */
  codeOf: (got: Got) => string | undefined
}

export const kinds: readonly Kind[] = [
  {
    name: 'nginx',
    start: realGateways.nginx,
    instead: 403,
    // auth_request passes neither body nor headers of a refusal on: the example writes them anew.
    codeOf: ({ text }) => (JSON.parse(text) as { code: string }).code,
  },
  { name: 'Caddy', start: realGateways.caddy, instead: null, codeOf: ({ headers }) => headers['x-auth-code'] },
]

/** The two ways to ask that both examples show. */
export const styles = [
  { style: 'a stored policy', path: '/reports/1' },
  { style: 'a question in its file', path: '/exports/run' },
] as const

/** Every header that names the caller. */
export const verified = [
  'x-auth-subject',
  'x-auth-kind',
  'x-auth-key-id',
  'x-auth-client-id',
  'x-auth-organization',
  'x-auth-external-id',
  'x-auth-scope',
  'x-auth-tier',
  'x-auth-environment',
] as const

/** What CGI, WSGI or PHP make of a name: whatever is no letter and no digit is the same to them. */
const cgiName = (name: string): string => name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')

/** All that an API could take for this header. */
export const valuesOf = ({ headers }: Received, name: string): string[] =>
  headers.filter(([one]) => cgiName(one) === cgiName(name)).map(([, value]) => value)

export interface Behind {
  stage: GatewayStage
  api: EchoApi
  gateway: Gateway
  ask(path: string, sent?: Sent): Promise<Got>
  /** The API has got nothing. */
  nothingPassed(): void
}

/** For the tests of the `describe` that it is called in. */
export function behind({ start, instead }: Pick<Kind, 'start' | 'instead'>): Behind {
  const opened = new AsyncDisposableStack()
  const context = {
    ask: (path: string, sent: Sent = {}) => send(context.gateway.port, path, sent),
    nothingPassed: () => {
      expect(context.api.received()).toEqual([])
    },
  } as Behind

  beforeAll(async () => {
    context.stage = opened.use(await openGatewayStage(instead))
    context.api = opened.use(await openEchoApi())
    context.gateway = opened.use(await start({ check: context.stage.port, api: context.api.port }))
  })
  afterAll(() => opened.disposeAsync())
  beforeEach(() => void context.api.received())
  return context
}
