/** The small types that the API's objects are made of. */
import { z } from 'zod'
import { locales, type Locale } from '../messages.ts'

const timeFault = 'must be a time like 2026-01-31T12:00:00Z'
/** RFC 3339 in UTC; of the year 0 Postgres knows nothing. */
export const isoTime = z.iso
  .datetime({ error: timeFault })
  .refine((text) => !text.startsWith('0000'), { error: timeFault })
  .describe('RFC 3339, in UTC.')

/** What people call a thing. */
export const displayName = z
  .string()
  .trim()
  .min(1, { error: 'must not be empty' })
  .max(120, { error: 'must have at most 120 characters' })
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, { error: 'must not hold control characters' })

/** A language that this platform speaks; an operator may have added some. */
export const language = z.string().transform((text, context): Locale => {
  const known = locales.find((one) => one === text)
  if (known) return known
  context.addIssue({ code: 'custom', message: `must be one of ${locales.join(', ')}` })
  return z.NEVER
})

/** The short name that files, policies and paths use. */
export const slug = z.string().regex(/^[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?$/, {
  error: 'must be 1 to 64 lower-case letters, digits, - and _, beginning and ending with a letter or digit',
})

/** The platform's own id for a customer, or for what belongs to one. */
export const externalId = z
  .string()
  .min(1, { error: 'must not be empty' })
  .max(255, { error: 'must have at most 255 characters' })
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, { error: 'must not hold control characters' })

const METADATA_BYTES = 16_384
/** What is deeper is nobody's, and whoever walks it, here or behind us, runs out of stack. */
const METADATA_DEPTH = 32

/** What Postgres can't keep, as it is escaped in JSON. */
const unkeepable = /(?:^|[^\\])(?:\\\\)*\\u(?:0000|d[89a-f][\da-f]{2})/

/** Anything that the platform wants to keep beside an object. */
export const metadata = z
  .unknown()
  .refine((value) => isWithin(value, METADATA_DEPTH), {
    error: `must be at most ${METADATA_DEPTH} levels deep`,
    abort: true,
  })
  .pipe(z.record(z.string().max(255), z.json()))
  .refine((value) => Buffer.byteLength(JSON.stringify(value)) <= METADATA_BYTES, {
    error: 'must be at most 16 KiB as JSON',
  })
  .refine(isKeepable, {
    error: 'must not hold the character U+0000, nor half of a surrogate pair',
  })
  .meta({
    type: 'object',
    additionalProperties: true,
    description: `Whatever the platform wants to keep beside it: an object of at most 16 KiB as JSON, ${METADATA_DEPTH} levels deep.`,
  })

export function isWithin(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return levels > 0 && Object.values(value).every((inner) => isWithin(inner, levels - 1))
}

export function isKeepable(value: unknown): boolean {
  return !unkeepable.test(JSON.stringify(value))
}

export const environment = z.enum(['live', 'test'], { error: 'must be live or test' })
export const memberRole = z.enum(['owner', 'admin', 'member'], { error: 'must be owner, admin or member' })

/** A time as it goes out. */
export const timeOut = z.iso.datetime()

export function time(at: Date): string
export function time(at: Date | null): string | null
export function time(at: Date | null): string | null {
  return at && at.toISOString()
}
