/** Limits as they come in and go out. */
import { z } from 'zod'
import { timeOut } from '../http/api/wire.ts'
import { LARGEST_BURST, SMALLEST_REFILL } from './counter.ts'

/** What the column holds, and far beyond what one process could let through. */
const LARGEST_HOUR = 1_000_000_000
const LARGEST_REFILL = 1_000_000

const whole = (largest: number) => {
  const error = `must be a whole number from 1 to ${largest}`
  return z.int({ error }).min(1, { error }).max(largest, { error })
}

const hour = z
  .union([whole(LARGEST_HOUR), z.literal('unlimited')], {
    error: `must be a whole number from 1 to ${LARGEST_HOUR}, or "unlimited"`,
  })
  .describe('Units in any 60 minutes.')

const refillError = `must be a number from ${SMALLEST_REFILL} to ${LARGEST_REFILL}`
const burst = z.strictObject({
  size: whole(LARGEST_BURST).describe('Units that may be spent at once.'),
  refill_per_second: z
    .number({ error: refillError })
    .min(SMALLEST_REFILL, { error: refillError })
    .max(LARGEST_REFILL, { error: refillError })
    .optional()
    .describe('Units that come back; unless said, as many as the hour has. Needed where the hour is unlimited.'),
})

/** Over a tier's: of a key or client. What isn't said is the tier's. */
export const limitOverridesSchema = z
  .strictObject({ hour: hour.optional(), burst: burst.optional() })
  .meta({ id: 'LimitOverrides', description: 'Over a tier’s; what isn’t said is the tier’s.' })

/** An hour says how fast the bucket fills; without one it has to be said. */
function refillIsKnown(
  limits: { hour: number | 'unlimited'; burst: { refill_per_second?: number | undefined } },
  context: z.RefinementCtx,
): void {
  if (limits.hour !== 'unlimited' || limits.burst.refill_per_second !== undefined) return
  context.addIssue({
    code: 'custom',
    path: ['burst', 'refill_per_second'],
    message: 'is required when the hour is unlimited',
    input: undefined,
  })
}

const limitFields = { hour, burst }

export const limitsSchema = z.strictObject(limitFields).superRefine(refillIsKnown)

/** As the wire, files and `tiers.organization_limits` have them. */
export type WrittenLimits = z.output<typeof limitsSchema>

const tierFields = {
  ...limitFields,
  limit_per: z
    .enum(['key', 'organization'], { error: 'must be key or organization' })
    .describe('What is counted: each key by itself, or all of an organization together.'),
  organization_limits: limitsSchema
    .nullable()
    .describe('A ceiling for all keys of an organization together, besides what each may spend.'),
}

export const tierInput = z
  .strictObject({
    ...tierFields,
    limit_per: tierFields.limit_per.default('key'),
    organization_limits: tierFields.organization_limits.default(null),
  })
  .superRefine(refillIsKnown)

export type TierInput = z.output<typeof tierInput>

export const tierOutput = z
  .strictObject({ name: z.string(), ...tierFields, created_at: timeOut, updated_at: timeOut })
  .meta({ id: 'Tier' })
