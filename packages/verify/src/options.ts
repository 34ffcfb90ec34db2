/** How a verifier is set up, checked before anything starts. */
import { createMistyped } from './key-format.ts'

export interface VerifierOptions {
  /** Keygrant's own address: `PUBLIC_URL`, as tokens name it in `iss`. */
  issuer: string
  /** Where its `/v1` is, if that is elsewhere: `API_URL`, or the private address of `CHECK_LISTEN`. */
  apiUrl?: string
  /** A key with the scope `admin:keys:verify`, or `keys:verify` for the credentials of its own organization alone. */
  apiKey: string
  /** The identifier of the resource that this API is. */
  resource: string
  /** Keys of the other environment are refused. `live` unless said. */
  environment?: 'live' | 'test'
  /**
   * When revocations haven't been heard for five seconds, or what isn't known can't be asked: `deny` answers 503 (the
   * default), `stale` goes on with what is held, up to its expiry and its limits.
   */
  onOutage?: 'deny' | 'stale'
  /**
   * What your keys begin with (`KEY_PREFIX`, `kg` by default): a mistyped one is then refused without a question. Leave it out
   * if you brought keys along that begin alike and were made elsewhere.
   */
  keyPrefix?: string
  /** Where the resource says how to get a token (RFC 9728); by its identifier, as that standard derives it, unless said. */
  resourceMetadata?: string
  /** How often what was spent is told, in milliseconds. */
  flushIntervalMs?: number
  /** How long Keygrant may take for an answer, in milliseconds. */
  timeoutMs?: number
  /** How many credentials are held, some 2 KB each. */
  capacity?: number
  /** Milliseconds since 1970, for expiry. */
  now?: () => number
  fetch?: typeof fetch
  /** Gets what an operator should know, once for each outage. The console unless said. */
  log?: { warn(message: string): void }
}

export interface Settings extends Required<Omit<VerifierOptions, 'log' | 'keyPrefix'>> {
  /** Can't be a credential, by its looks alone. */
  isMistyped(text: string): boolean
  warn(message: string, error: unknown): void
}

/** @throws {TypeError} saying what to mend */
export function settingsOf(options: VerifierOptions): Settings {
  const { issuer, apiKey, resource, environment = 'live', onOutage = 'deny', log = console } = options
  const { flushIntervalMs = 100, timeoutMs = 2_000, capacity = 20_000 } = options
  if (typeof apiKey !== 'string' || apiKey.trim() === '')
    throw new TypeError('apiKey is missing: make a key with the scope admin:keys:verify')
  if (typeof resource !== 'string' || resource === '')
    throw new TypeError('resource is missing: it is the identifier that this API is registered by')
  if (environment !== 'live' && environment !== 'test') throw new TypeError('environment must be live or test')
  if (onOutage !== 'deny' && onOutage !== 'stale') throw new TypeError('onOutage must be deny or stale')
  const address = addressOf('issuer', issuer)
  return {
    issuer: address,
    apiUrl: options.apiUrl === undefined ? address : addressOf('apiUrl', options.apiUrl),
    apiKey: apiKey.trim(),
    resource,
    environment,
    onOutage,
    isMistyped: options.keyPrefix === undefined ? () => false : createMistyped(options.keyPrefix),
    resourceMetadata: options.resourceMetadata ?? metadataOf(resource, address),
    flushIntervalMs: atLeast('flushIntervalMs', flushIntervalMs, 10),
    timeoutMs: atLeast('timeoutMs', timeoutMs, 10),
    capacity: atLeast('capacity', capacity, 2),
    now: options.now ?? Date.now,
    fetch: options.fetch ?? fetch,
    warn: (message, error) => log.warn(`keygrant: ${message}${reasonOf(error)}`),
  }
}

function addressOf(name: string, value: string): string {
  if (!URL.canParse(value) || !/^https?:/.test(value)) throw new TypeError(`${name} must be an http or https URL`)
  return value.replace(/\/+$/, '')
}

function atLeast(name: string, value: number, least: number): number {
  if (!Number.isFinite(value) || value < least) throw new TypeError(`${name} must be a number from ${least}`)
  return value
}

/** RFC 9728, 3.1: between the host and the path of the resource's identifier. */
function metadataOf(resource: string, issuer: string): string {
  const wellKnown = '/.well-known/oauth-protected-resource'
  if (!URL.canParse(resource) || !/^https?:/.test(resource)) return issuer + wellKnown
  const { origin, pathname, search } = new URL(resource)
  return `${origin}${wellKnown}${pathname === '/' ? '' : pathname}${search}`
}

/** No secret is in what fetch throws: what was sent is not part of it. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  const { cause } = error
  return `: ${error.message}${cause instanceof Error && cause.message !== '' ? ` (${cause.message})` : ''}`
}
