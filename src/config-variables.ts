/** The variables of the environment, each with what it may be: the table that config.ts reads them by. */
import ipaddr from 'ipaddr.js'
import { z } from 'zod'
import { settingSchemas } from './setting-values.ts'

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
  MESSAGES_DIR: z.string().optional(),
  LOGO: settingSchemas.logo.optional(),
  ACCENT_COLOR: settingSchemas.accent_color.optional(),
  ACCENT_COLOR_DARK: settingSchemas.accent_color_dark.optional(),
  UPGRADE_URL: settingSchemas.upgrade_url.optional(),
  KEY_PREFIX: z
    .string()
    .regex(/^[a-z][a-z0-9]{1,15}$/, { error: 'must be 2 to 16 lower-case letters and digits, beginning with a letter' })
    .optional(),
  KEY_LIFETIME_MAX: numeric.pipe(settingSchemas.key_lifetime_max).optional(),
  KEYS_PER_ORGANIZATION: numeric.pipe(settingSchemas.keys_per_organization).optional(),
  KEY_CREATIONS_PER_HOUR: numeric.pipe(settingSchemas.key_creations_per_hour).optional(),
  AUDIT_RETENTION_DAYS: numeric
    .pipe(z.int().min(30, { error: 'must be at least 30' }).max(36_500, { error: 'must be at most 36500' }))
    .optional(),
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
