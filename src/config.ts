/** The configuration: the only reader of the environment. Everything is checked at once, and every fault is named. */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import ipaddr from 'ipaddr.js'
import { z } from 'zod'
import { settings } from './config-variables.ts'
import { givenSettings, type GivenSettings } from './setting-values.ts'

export interface Config {
  /** Development is a loopback PUBLIC_URL on a loopback HOST; all else is production. NODE_ENV decides nothing. */
  mode: 'development' | 'production'
  /** The issuer, without a trailing slash. */
  publicUrl: string
  /** Where `/v1` lives. */
  apiUrl: string
  listen: { host: string; port: number }
  tls: { certFile: string; keyFile: string } | null
  /** CIDR ranges whose X-Forwarded-* count. */
  trustedProxies: string[]
  /** Without a url the embedded Postgres is started in `dataDir`. */
  database: { url: string | null; directUrl: string | null; poolSize: number }
  dataDir: string
  /** Where the operator's own words for people are, a file for each language; null: nowhere. */
  messagesDir: string | null
  /** Newest first. */
  secretKeys: string[]
  /** `from` null: the platform by its name. */
  smtp: { url: string; from: string | null } | null
  /** What can be set while the server runs, too. */
  settings: GivenSettings
  /** What new ones begin with; those that began with another go on. */
  apiKeys: { prefix: string }
  audit: {
    /** How many days its rows are kept; null: for ever. */
    keepDays: number | null
  }
  leaks: {
    /** Where the public keys are that reports of leaked secrets are signed with; null: no reports are taken. */
    keysUrl: string | null
    /** What becomes of a living one: its key is revoked, or ends soon. */
    response: 'revoke' | 'grace'
  }
  webhooks: {
    /** Hosts inside of private networks that webhooks may lead to, lower-case. */
    allowedHosts: string[]
  }
  check: {
    /** The identifier of the resource that a check without `resource` is for. */
    defaultResource: string
    /** A private address for check and verify, where plain http is allowed. */
    listen: { host: string; port: number } | null
    /** Are they served at the public one, too? */
    public: boolean
  }
  /** Where limits are counted when there are several nodes; null: in this process. */
  redisUrl: string | null
  /** A private address for `/metrics` and health. */
  operationsListen: { host: string; port: number } | null
  bootstrap: { adminEmail: string | null; adminPassword: string | null; adminKey: string | null }
  log: { level: string }
}

/** A configuration that can't be used: every fault, each with what to do about it. */
export class ConfigurationError extends Error {
  override name = 'ConfigurationError'
  readonly faults: readonly string[]

  constructor(faults: readonly string[]) {
    super(`The configuration can't be used:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`)
    this.faults = faults
  }
}

const defaultPort = 3000
const defaultPrefix = 'kg'

const environmentSchema = z.object(settings)

/**
 * Reads and checks the whole environment.
 * @throws {ConfigurationError} with every fault at once.
 */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const given = Object.fromEntries(
    Object.keys(settings).flatMap((name) => {
      const value = environment[name]?.trim()
      return value ? [[name, value] as const] : []
    }),
  )
  const parsed = environmentSchema.safeParse(given)
  const faults = parsed.success ? [] : parsed.error.issues.map((issue) => `${String(issue.path[0])} ${issue.message}`)
  // What is wrong by itself is left out here, so that what contradicts something else is still found in the same run.
  const wrong = new Set(parsed.success ? [] : parsed.error.issues.map((issue) => String(issue.path[0])))
  const usable = environmentSchema.safeParse(
    Object.fromEntries(Object.entries(given).filter(([name]) => !wrong.has(name))),
  )
  const values = usable.success ? usable.data : {}

  const host = values.HOST ?? 'localhost'
  const listenPort = values.PORT ?? defaultPort
  const publicUrl = withoutTrailingSlash(values.PUBLIC_URL ?? `http://localhost:${listenPort}`)
  const apiUrl = withoutTrailingSlash(values.API_URL ?? publicUrl)
  const mode = isLoopback(new URL(publicUrl).hostname) && isLoopback(host) ? 'development' : 'production'
  const tls =
    values.TLS_CERT && values.TLS_KEY ? { certFile: resolve(values.TLS_CERT), keyFile: resolve(values.TLS_KEY) } : null
  const dataDir = resolve(values.DATA_DIR ?? 'data')
  const trustedProxies = values.TRUSTED_PROXIES ?? []

  if (Boolean(values.TLS_CERT) !== Boolean(values.TLS_KEY)) faults.push('TLS_CERT and TLS_KEY must be set together')
  for (const [name, file] of [
    ['TLS_CERT', tls?.certFile],
    ['TLS_KEY', tls?.keyFile],
  ] as const) {
    if (file !== undefined && !existsSync(file)) faults.push(`${name} names a file that does not exist`)
  }
  if (new URL(publicUrl).pathname !== '/') faults.push('PUBLIC_URL must not have a path: the issuer is an origin')
  if (mode === 'production') {
    faults.push(...productionFaults(values, wrong, publicUrl, host))
  }
  if (values.BOOTSTRAP_ADMIN_PASSWORD && !values.BOOTSTRAP_ADMIN_EMAIL) {
    faults.push('BOOTSTRAP_ADMIN_PASSWORD needs BOOTSTRAP_ADMIN_EMAIL')
  }
  if (
    values.LEAK_KEYS_URL?.startsWith('http:') &&
    !(mode === 'development' && isLoopback(new URL(values.LEAK_KEYS_URL).hostname))
  ) {
    faults.push('LEAK_KEYS_URL must be an https URL')
  }
  if (values.CHECK_PUBLIC === 'false' && !values.CHECK_LISTEN) {
    faults.push('CHECK_PUBLIC=false needs CHECK_LISTEN: nothing would answer checks')
  }
  if (faults.length > 0) throw new ConfigurationError(faults)

  return {
    mode,
    publicUrl,
    apiUrl,
    listen: { host, port: listenPort },
    tls,
    trustedProxies,
    database: {
      url: values.DATABASE_URL ?? null,
      directUrl: values.DATABASE_DIRECT_URL ?? values.DATABASE_URL ?? null,
      poolSize: values.DATABASE_POOL_SIZE ?? 10,
    },
    dataDir,
    messagesDir: values.MESSAGES_DIR === undefined ? null : resolve(values.MESSAGES_DIR),
    secretKeys: values.SECRET_KEY ?? [developmentSecretKey(dataDir)],
    smtp: values.SMTP_URL ? { url: values.SMTP_URL, from: values.SMTP_FROM ?? null } : null,
    settings: givenSettings(values, publicUrl),
    apiKeys: { prefix: values.KEY_PREFIX ?? defaultPrefix },
    audit: { keepDays: values.AUDIT_RETENTION_DAYS ?? null },
    leaks: { keysUrl: values.LEAK_KEYS_URL ?? null, response: values.LEAK_RESPONSE ?? 'revoke' },
    webhooks: { allowedHosts: (values.WEBHOOK_ALLOWED_HOSTS ?? []).map((allowed) => allowed.toLowerCase()) },
    check: {
      defaultResource: values.DEFAULT_RESOURCE ?? `${apiUrl}/v1`,
      listen: values.CHECK_LISTEN ?? null,
      public: values.CHECK_PUBLIC !== 'false',
    },
    redisUrl: values.REDIS_URL ?? null,
    operationsListen: values.OPERATIONS_LISTEN ?? null,
    bootstrap: {
      adminKey: values.BOOTSTRAP_ADMIN_KEY ?? null,
      adminEmail: values.BOOTSTRAP_ADMIN_EMAIL ?? null,
      adminPassword: values.BOOTSTRAP_ADMIN_PASSWORD ?? null,
    },
    log: { level: values.LOG_LEVEL ?? 'info' },
  }
}

/**
 * KEY_PREFIX alone, for what needs nothing else.
 * @throws {ConfigurationError}
 */
export function readKeyPrefix(environment: NodeJS.ProcessEnv = process.env): string {
  const parsed = settings.KEY_PREFIX.safeParse(environment['KEY_PREFIX']?.trim() || undefined)
  if (parsed.success) return parsed.data ?? defaultPrefix
  throw new ConfigurationError(parsed.error.issues.map(({ message }) => `KEY_PREFIX ${message}`))
}

/** What can be served, but not well: said in the log at start and by `keygrant doctor`. */
export function configWarnings(config: Config): string[] {
  const warnings: string[] = []
  if (config.publicUrl.startsWith('https:') && !config.tls && config.trustedProxies.length === 0) {
    warnings.push(
      'PUBLIC_URL is https, but neither TLS_CERT and TLS_KEY nor TRUSTED_PROXIES are set: every request that comes unencrypted will be rejected',
    )
  }
  if (config.mode === 'production' && !config.smtp) {
    warnings.push('SMTP_URL is not set: no mail can be sent, so nobody can sign up or reset a password')
  }
  return warnings
}

/** In production nothing has an insecure default: what is missing stops the start and says what to set. */
function productionFaults(
  values: Partial<z.infer<typeof environmentSchema>>,
  wrong: ReadonlySet<string>,
  publicUrl: string,
  host: string,
): string[] {
  const needed = [
    ['PUBLIC_URL', values.PUBLIC_URL, 'set it to the https address that people and apps use'],
    ['DATABASE_URL', values.DATABASE_URL, 'set it to a PostgreSQL database'],
    ['SECRET_KEY', values.SECRET_KEY, 'set it to a random secret; make one with: openssl rand -base64 32'],
  ] as const
  const faults = needed.flatMap(([name, value, remedy]) =>
    value === undefined && !wrong.has(name) ? [`${name} is missing: ${remedy}`] : [],
  )
  const { protocol, hostname } = new URL(publicUrl)
  if (protocol !== 'https:' && values.PUBLIC_URL !== undefined)
    faults.push('PUBLIC_URL must be https: outside of this machine nothing is served unencrypted')
  if (values.PUBLIC_URL !== undefined && isLoopback(hostname)) {
    faults.push(
      `PUBLIC_URL is this machine's own, but HOST (${host}) is reachable from others: set HOST=localhost, or the address that others use`,
    )
  }
  return faults
}

/** Is it this machine only? (RFC 8252, section 8.3) */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '')
  if (bare === 'localhost') return true
  return ipaddr.isValid(bare) && ipaddr.process(bare).range() === 'loopback'
}

function withoutTrailingSlash(value: string): string {
  return value.replace(/\/+$/, '')
}

/** In development the secret is made once and kept beside the embedded database. */
function developmentSecretKey(dataDir: string): string {
  const file = join(dataDir, 'secret-key')
  if (!existsSync(file)) {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    writeFileSync(file, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flag: 'wx' })
  }
  return readFileSync(file, 'utf8').trim()
}
