/**
 * What an operator sets while the server runs, or fixes by the environment: each setting by its name, which in capitals is
 * its variable's, and what it may be.
 */
import { z } from 'zod'
import { accentSchema } from './brand/accent.ts'
import { logoSchema } from './brand/logo.ts'

const wholeNumber = (most: number) => {
  const error = `must be a whole number from 1 to ${most}`
  return z.int({ error }).min(1, { error }).max(most, { error })
}

const httpUrl = z
  .string()
  .max(2048, { error: 'must have at most 2048 characters' })
  .refine((value) => ['http:', 'https:'].includes(URL.parse(value)?.protocol ?? ''), {
    error: 'must be an http(s) URL',
  })

export const settingSchemas = {
  platform_name: z
    .string()
    .trim()
    .min(1, { error: 'must not be empty' })
    .max(60, { error: 'must have at most 60 characters' })
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, { error: 'must not hold control characters' })
    .describe('What people read on pages and in mails.'),
  support_email: z
    .email({ error: 'must be an e-mail address' })
    .max(254, { error: 'must have at most 254 characters' })
    .describe('Whom people are told to write to.'),
  logo: logoSchema.describe('A PNG, JPEG, WebP or GIF of at most 64 KiB, as `data:image/…;base64,…`.'),
  accent_color: accentSchema('light').describe('For links and buttons on light pages, and in mails: `#1d46b0`.'),
  accent_color_dark: accentSchema('dark').describe('The same on dark pages.'),
  upgrade_url: httpUrl.describe('Where a customer gets a larger tier; told with every 429.'),
  sign_up: z
    .enum(['open', 'invitation', 'closed'], { error: 'must be open, invitation or closed' })
    .describe('Who may sign up.'),
  key_lifetime_max: wholeNumber(10 * 365 * 86_400).describe('How long a secret of an API key may live, in seconds.'),
  keys_per_organization: wholeNumber(10_000_000).describe('How many live API keys an organization may have.'),
  key_creations_per_hour: wholeNumber(1_000_000).describe('How many API keys an organization may make in an hour.'),
}

export type SettingName = keyof typeof settingSchemas

export const settingNames = Object.keys(settingSchemas) as SettingName[]

export interface SettingValues {
  platform_name: string
  support_email: string
  /** Null: there is none. */
  logo: string | null
  accent_color: string | null
  accent_color_dark: string | null
  upgrade_url: string | null
  sign_up: 'open' | 'invitation' | 'closed'
  key_lifetime_max: number
  keys_per_organization: number
  key_creations_per_hour: number
}

/** What is given before anybody sets something: the environment's word, which stands above what is set, and the defaults. */
export interface GivenSettings {
  fixed: Readonly<Partial<SettingValues>>
  defaults: Readonly<SettingValues>
}

export function variableOf(name: SettingName): string {
  return name.toUpperCase()
}

/** @param environment the variables that are set, checked */
export function givenSettings(environment: Readonly<Record<string, unknown>>, publicUrl: string): GivenSettings {
  const fixed = settingNames
    .map((name) => [name, environment[variableOf(name)]] as const)
    .filter(([, value]) => value !== undefined)
  return {
    fixed: Object.fromEntries(fixed),
    defaults: {
      platform_name: 'Keygrant',
      support_email: `support@${new URL(publicUrl).hostname}`,
      logo: null,
      accent_color: null,
      accent_color_dark: null,
      upgrade_url: null,
      sign_up: 'open',
      key_lifetime_max: 365 * 86_400,
      keys_per_organization: 1000,
      key_creations_per_hour: 100,
    },
  }
}
