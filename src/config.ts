/** The configuration: the only reader of the environment. Everything is checked at once, and every fault is named. */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import ipaddr from 'ipaddr.js'
import { z } from 'zod'
import { givenSettings, settingSchemas, type GivenSettings } from './setting-values.ts'

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
  /** Newest first. */
  secretKeys: string[]
  /** `from` null: the platform by its name. */
  smtp: { url: string; from: string | null } | null
  /** What can be set while the server runs, too. */
  settings: GivenSettings
  /** What new ones begin with; those that began with another go on. */
  apiKeys: { prefix: string }
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

const port = z.coerce.number({ error: 'must be a port number' }).int().min(0).max(65535)
const url = (protocols: readonly string[], what: string) =>
  z
    .string()
    .refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), { error: `must be ${what}` })
const origin = url(['http:', 'https:'], 'an http(s) URL').refine(
  (value) => !URL.canParse(value) || (new URL(value).search === '' && new URL(value).hash === ''),
  { error: 'must have neither query nor fragment' },
)
const email = z.email({ error: 'must be an e-mail address' })
const cidr = z.string().refine((value) => ipaddr.isValidCIDR(value) || ipaddr.isValid(value), {
  error: 'must be addresses or CIDR ranges, separated by commas',
})
const listOf = <T extends z.ZodType<string, string>>(item: T) =>
  z
    .string()
    .transform((value) =>
      value
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    )
    .pipe(z.array(item))

/** A configured secret: long enough that it can't be guessed, and varied enough that it isn't a word repeated. */
const secretKey = z
  .string()
  .min(32, { error: 'must be at least 32 characters each; make one with: openssl rand -base64 32' })
  .refine((value) => new Set(value).size >= 12, {
    error: 'is too regular to be random; make one with: openssl rand -base64 32',
  })

/** `host:port`, `[v6]:port` or a port alone, which means loopback. */
const listenAddress = z
  .string()
  .regex(/^(?:(?:\[[0-9a-fA-F:]+\]|[^\s:/]+):)?\d{1,5}$/, { error: 'must be host:port, or a port alone for loopback' })
  .transform((value) => {
    const at = value.lastIndexOf(':')
    const host = at === -1 ? 'localhost' : value.slice(0, at).replace(/^\[|\]$/g, '')
    return { host, port: Number(value.slice(at + 1)) }
  })
  .refine(({ port: number }) => number <= 65_535, { error: 'must have a port up to 65535' })

const numeric = z.coerce.number({ error: 'must be a number' })

/** Every setting there is, in the order of `.env.example`. A test keeps the two equal. */
export const settings = {
  PUBLIC_URL: origin.optional(),
  API_URL: origin.optional(),
  HOST: z.string().optional(),
  PORT: port.optional(),
  DATABASE_URL: url(['postgres:', 'postgresql:'], 'a postgresql:// URL').optional(),
  DATABASE_DIRECT_URL: url(['postgres:', 'postgresql:'], 'a postgresql:// URL').optional(),
  DATABASE_POOL_SIZE: z.coerce.number({ error: 'must be a number' }).int().min(2).max(200).optional(),
  DATA_DIR: z.string().optional(),
  SECRET_KEY: listOf(secretKey).pipe(z.array(z.string()).min(1)).optional(),
  TLS_CERT: z.string().optional(),
  TLS_KEY: z.string().optional(),
  TRUSTED_PROXIES: listOf(cidr).optional(),
  SMTP_URL: url(['smtp:', 'smtps:'], 'an smtp:// or smtps:// URL').optional(),
  SMTP_FROM: z.string().optional(),
  SIGN_UP: settingSchemas.sign_up.optional(),
  PLATFORM_NAME: settingSchemas.platform_name.optional(),
  SUPPORT_EMAIL: settingSchemas.support_email.optional(),
  UPGRADE_URL: settingSchemas.upgrade_url.optional(),
  KEY_PREFIX: z
    .string()
    .regex(/^[a-z][a-z0-9]{1,15}$/, { error: 'must be 2 to 16 lower-case letters and digits, beginning with a letter' })
    .optional(),
  KEY_LIFETIME_MAX: numeric.pipe(settingSchemas.key_lifetime_max).optional(),
  KEYS_PER_ORGANIZATION: numeric.pipe(settingSchemas.keys_per_organization).optional(),
  KEY_CREATIONS_PER_HOUR: numeric.pipe(settingSchemas.key_creations_per_hour).optional(),
  LEAK_KEYS_URL: url(['https:', 'http:'], 'an https URL').optional(),
  LEAK_RESPONSE: z.enum(['revoke', 'grace'], { error: 'must be revoke or grace' }).optional(),
  WEBHOOK_ALLOWED_HOSTS: listOf(
    z.string().regex(/^[\w.:-]+$/, { error: 'must be host names or addresses, separated by commas' }),
  ).optional(),
  DEFAULT_RESOURCE: z
    .string()
    .refine((value) => URL.canParse(value) && !value.includes('#'), {
      error: 'must be the identifier of a resource: an absolute URI without a fragment',
    })
    .optional(),
  CHECK_LISTEN: listenAddress.optional(),
  CHECK_PUBLIC: z.enum(['true', 'false'], { error: 'must be true or false' }).optional(),
  REDIS_URL: url(['redis:', 'rediss:'], 'a redis:// or rediss:// URL').optional(),
  OPERATIONS_LISTEN: listenAddress.optional(),
  BOOTSTRAP_ADMIN_EMAIL: email.optional(),
  BOOTSTRAP_ADMIN_PASSWORD: z.string().min(15, { error: 'must have at least 15 characters' }).max(128).optional(),
  BOOTSTRAP_ADMIN_KEY: z.string().optional(),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'], {
      error: 'must be trace, debug, info, warn, error or silent',
    })
    .optional(),
  // For the keygrant command alone, which reads them by environment.ts.
  KEYGRANT_URL: z.string().optional(),
  KEYGRANT_API_KEY: z.string().optional(),
} satisfies Record<string, z.ZodType>

/** The settings whose values are secrets: they are never printed. */
export const secretSettings = [
  'SECRET_KEY',
  'DATABASE_URL',
  'DATABASE_DIRECT_URL',
  'SMTP_URL',
  'REDIS_URL',
  'BOOTSTRAP_ADMIN_PASSWORD',
  'BOOTSTRAP_ADMIN_KEY',
  'KEYGRANT_API_KEY',
] as const

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
    secretKeys: values.SECRET_KEY ?? [developmentSecretKey(dataDir)],
    smtp: values.SMTP_URL ? { url: values.SMTP_URL, from: values.SMTP_FROM ?? null } : null,
    settings: givenSettings(values, publicUrl),
    apiKeys: { prefix: values.KEY_PREFIX ?? defaultPrefix },
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
