/** The table of what people are told by mail: how soon, in which company, and with what they switch it off. */
import { day, hour, minute } from '../../platform/clock.ts'

/** What a person can switch off. What is about the safety of their account, or of a key, comes all the same. */
export const mailChoices = [
  'key_created',
  'key_ending',
  'key_revoked',
  'limits',
  'webhook_disabled',
  'client_secret_ending',
  'app_connected',
] as const
export type MailChoice = (typeof mailChoices)[number]

/**
 * `alone`: a mail of its own, at once. `prompt`: at once, but what comes together goes together. `daily`: in the one mail of
 * the day.
 */
export type Bundle = 'alone' | 'prompt' | 'daily'

interface KindRow {
  bundle: Bundle
  /** Null: nobody can switch it off. */
  choice: MailChoice | null
  /** After a prompt mail, further ones of this kind wait so long: a night in which many keys end is two mails, not a hundred. */
  paceSeconds: number
}

const security = { bundle: 'alone', choice: null, paceSeconds: 0 } as const

export const kinds = {
  'password-changed': security,
  'address-changed': security,
  'new-device': security,
  'key-rotated': security,
  'key-leaked': security,
  'key-exposed': { bundle: 'prompt', choice: null, paceSeconds: 0 },
  'key-revoked': { bundle: 'prompt', choice: 'key_revoked', paceSeconds: 5 * minute },
  'key-expired': { bundle: 'prompt', choice: 'key_ending', paceSeconds: 6 * hour },
  'key-expiring-soon': { bundle: 'prompt', choice: 'key_ending', paceSeconds: 6 * hour },
  'client-secret-expiring-soon': { bundle: 'prompt', choice: 'client_secret_ending', paceSeconds: 6 * hour },
  'limit-reached': { bundle: 'prompt', choice: 'limits', paceSeconds: hour },
  'webhook-disabled': { bundle: 'prompt', choice: 'webhook_disabled', paceSeconds: hour },
  'app-connected': { bundle: 'prompt', choice: 'app_connected', paceSeconds: 5 * minute },
  'key-expiring': { bundle: 'daily', choice: 'key_ending', paceSeconds: 0 },
  'client-secret-expiring': { bundle: 'daily', choice: 'client_secret_ending', paceSeconds: 0 },
  'limit-approaching': { bundle: 'daily', choice: 'limits', paceSeconds: 0 },
  'key-created': { bundle: 'daily', choice: 'key_created', paceSeconds: 0 },
} as const satisfies Record<string, KindRow>

export type MailKind = keyof typeof kinds
type KindOf<B extends Bundle> = { [K in MailKind]: (typeof kinds)[K]['bundle'] extends B ? K : never }[MailKind]
/** What goes in a mail of its own. */
export type AloneKind = KindOf<'alone'>
/** What goes together with others, in this order. */
export type BundledKind = KindOf<'prompt' | 'daily'>

/** What comes within so long of a first prompt notice is in its mail. */
const GATHER_SECONDS = minute
/** The hour of the day, in UTC, at which the daily mails go out. */
const DAILY_HOUR = 7
/** What should have been sent longer ago than this waits for something. */
export const MAIL_PATIENCE_MS = 10 * minute * 1000
/** How long a mail is tried for. */
export const LIFE_SECONDS = 3 * day

export function dueAt(bundle: Bundle, now: Date): Date {
  if (bundle === 'alone') return now
  if (bundle === 'prompt') return new Date(now.getTime() + GATHER_SECONDS * 1000)
  const today = new Date(now)
  today.setUTCHours(DAILY_HOUR, 0, 0, 0)
  return today > now ? today : new Date(today.getTime() + day * 1000)
}
