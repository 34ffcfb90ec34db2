/** What a gateway asks: by the query of `/v1/check`, which it writes itself, or by a stored policy, which no caller can steer. */
import type { IncomingMessage } from 'node:http'
import type { Caller } from '../http/address.ts'
import { createGenerations } from './generations.ts'
import type { Policies } from './policies/policy.ts'

export interface Question {
  /** All of them are needed. */
  readonly scopes: readonly string[]
  /** The resource's identifier. */
  readonly resource: string
  readonly environment: 'live' | 'test'
  /** Units to charge, 1 to 10,000. */
  readonly cost: number
  /** False: the stored policy has no route for this call. */
  readonly hasRoute: boolean
  /** The stored policy's name; empty without one. */
  readonly policy: string
  /** For usage: `<policy> <match>`; empty without a policy. */
  readonly route: string
  /** The status in place of 429 and of 503, for gateways that know neither. */
  readonly onLimit: 403 | null
  readonly onOutage: 403 | null
  /** `observe` answers 200 whatever the verdict. */
  readonly mode: 'enforce' | 'observe'
}

export const HIGHEST_COST = 10_000

const prefix = '/v1/check'
const policyPrefix = '/v1/check/@'
const parameters = ['scope', 'resource', 'environment', 'cost', 'on_limit', 'on_outage', 'mode'] as const
type Parameter = (typeof parameters)[number]

/** Gateways have a few questions and put them again and again. Longer ones are a stranger's, who would fill the memory. */
const REMEMBERED = 2_000
const LONGEST_REMEMBERED = 1_024

export function isCheckPath(url: string): boolean {
  if (!url.startsWith(prefix)) return false
  const next = url.charCodeAt(prefix.length)
  // End, `/` or `?`.
  return Number.isNaN(next) || next === 0x2f || next === 0x3f
}

/** @returns `bad_request` for a question that makes no sense: a misconfigured gateway fails closed */
export function createQuestions({ defaultResource, policies }: { defaultResource: string; policies: Policies }): {
  of(request: IncomingMessage, caller: Caller): Question | 'bad_request'
} {
  const known = createGenerations<Question | 'bad_request'>(REMEMBERED)

  function plain(query: string): Question | 'bad_request' {
    const remembered = known.get(query)
    if (remembered !== undefined) return remembered
    const question = parseQuery(query, defaultResource)
    if (query.length <= LONGEST_REMEMBERED) known.set(query, question)
    return question
  }

  function stored(request: IncomingMessage, path: string, caller: Caller): Question | 'bad_request' {
    const slash = path.indexOf('/', policyPrefix.length)
    const policy = policies.get(path.slice(policyPrefix.length, slash === -1 ? undefined : slash))
    if (!policy) return 'bad_request'
    const asked = askedOf(request, slash === -1 ? null : path.slice(slash), caller)
    const route = asked && policy.match(asked.method, asked.path)
    return {
      scopes: route?.scopes ?? [],
      resource: policy.resource,
      environment: policy.environment,
      cost: route?.cost ?? 1,
      hasRoute: route !== null,
      policy: policy.name,
      route: route?.label ?? '',
      onLimit: policy.onLimit,
      onOutage: policy.onOutage,
      mode: policy.mode,
    }
  }

  return {
    of(request, caller) {
      const url = request.url ?? ''
      const mark = url.indexOf('?')
      const path = mark === -1 ? url : url.slice(0, mark)
      if (path === prefix) return plain(mark === -1 ? '' : url.slice(mark + 1))
      return path.startsWith(policyPrefix) ? stored(request, path, caller) : 'bad_request'
    },
  }
}

/**
 * The call that the gateway was asked for. Some gateways put its path behind the policy's, others into
 * `X-Forwarded-Method` and `X-Forwarded-Uri`, which count from a trusted one. Where both are there and differ, one of them
 * may be the caller's own: null, which matches nothing.
 * @param ownPath what follows the policy's name; null: nothing
 */
function askedOf(
  request: IncomingMessage,
  ownPath: string | null,
  caller: Caller,
): { method: string; path: string } | null {
  const method = request.method ?? 'GET'
  if (!caller.viaTrustedProxy) return { method, path: ownPath ?? '/' }
  const { 'x-forwarded-method': forwardedMethod, 'x-forwarded-uri': forwardedUri } = request.headers
  if (Array.isArray(forwardedMethod) || Array.isArray(forwardedUri)) return null
  // A request target has no space: there were two of them, which Node joins, and the first may be the caller's own.
  if (forwardedUri?.includes(' ')) return null
  const path = forwardedUri === undefined ? (ownPath ?? '/') : pathOf(forwardedUri)
  return ownPath === null || path === ownPath ? { method: forwardedMethod ?? method, path } : null
}

/** Of a request target (RFC 9112, 3.2): without its query. */
function pathOf(target: string): string {
  const mark = target.indexOf('?')
  return mark === -1 ? target : target.slice(0, mark)
}

function parseQuery(query: string, defaultResource: string): Question | 'bad_request' {
  const given: Partial<Record<Parameter, string>> = {}
  for (const [name, value] of new URLSearchParams(query)) {
    if (!isParameter(name) || given[name] !== undefined) return 'bad_request'
    given[name] = value
  }
  const environment = oneOf(given.environment, ['live', 'test'], 'live')
  const mode = oneOf(given.mode, ['enforce', 'observe'], 'enforce')
  const onLimit = oneOf(given.on_limit, ['403', '429'], '429')
  const onOutage = oneOf(given.on_outage, ['403', '503'], '503')
  const cost = given.cost === undefined ? 1 : /^[1-9]\d{0,4}$/.test(given.cost) ? Number(given.cost) : Infinity
  if (!environment || !mode || !onLimit || !onOutage || cost > HIGHEST_COST || given.resource === '')
    return 'bad_request'
  return {
    scopes: (given.scope ?? '').split(' ').filter((scope) => scope !== ''),
    resource: given.resource ?? defaultResource,
    environment,
    cost,
    hasRoute: true,
    policy: '',
    route: '',
    onLimit: onLimit === '403' ? 403 : null,
    onOutage: onOutage === '403' ? 403 : null,
    mode,
  }
}

function isParameter(name: string): name is Parameter {
  return (parameters as readonly string[]).includes(name)
}

/** Null: something else. */
function oneOf<T extends string>(value: string | undefined, allowed: readonly T[], otherwise: T): T | null {
  return value === undefined ? otherwise : (allowed.find((one) => one === value) ?? null)
}
