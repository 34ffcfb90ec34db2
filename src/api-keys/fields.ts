/** What comes in about API keys: the fields of their bodies and the filters of their lists, in wire names. */
import { z } from 'zod'
import { idsParameter, listParameters } from '../http/api/list.ts'
import { displayName, environment, externalId, isoTime, metadata } from '../http/api/wire.ts'
import type { LimitOverrides } from '../limits/limits.ts'
import type { WantedChange } from './change.ts'
import type { NewApiKey } from './issue.ts'
import type { KeyFilter } from './list/store.ts'
import type { WantedRotation } from './rotate.ts'
import type { KeySettings } from './services.ts'
import { MAX_ALLOWED_IPS, normalisedRange } from './allowed-ips.ts'
import {
  DEFAULT_GRACE_SECONDS,
  MAX_GRACE_SECONDS,
  SHORTEST_LIFETIME_SECONDS,
  SHORTEST_SELF_GRACE_SECONDS,
  statuses,
} from './api-key.ts'

const MAX_SCOPES = 100

const seconds = (least: number, most: number) => {
  const error = `must be a whole number of seconds from ${least} to ${most}`
  return z.int({ error }).min(least, { error }).max(most, { error })
}

export const scopes = z.array(z.string().min(1).max(255)).max(MAX_SCOPES, { error: `must be at most ${MAX_SCOPES}` })

export const allowedIps = z
  .array(
    z.string().transform((text, context) => {
      const range = normalisedRange(text)
      if (range !== null) return range
      context.addIssue({ code: 'custom', message: 'must be an address or a CIDR range, v4 or v6' })
      return z.NEVER
    }),
  )
  .max(MAX_ALLOWED_IPS, { error: `must be at most ${MAX_ALLOWED_IPS}` })

const grace = (least: number) =>
  seconds(least, MAX_GRACE_SECONDS)
    .default(DEFAULT_GRACE_SECONDS)
    .describe('How long the old secret works on, in seconds, and never past its own end; 0 ends it at once.')

/** A life within the ceiling of the moment. */
function lifetime(settings: Pick<KeySettings, 'maxLifetimeSeconds'>) {
  const least = SHORTEST_LIFETIME_SECONDS
  const error = () => `must be a whole number of seconds from ${least} to ${settings.maxLifetimeSeconds}`
  return z
    .int({ error })
    .min(least, { error })
    .check(({ value, issues }) => {
      const maximum = settings.maxLifetimeSeconds
      if (value > maximum) issues.push({ code: 'too_big', origin: 'number', maximum, input: value, message: error() })
    })
}

/** @param limitOverrides the schema of limits over a tier's */
export function keyFields(
  limitOverrides: z.ZodType<LimitOverrides>,
  settings: Pick<KeySettings, 'maxLifetimeSeconds'>,
) {
  const expiresIn = lifetime(settings)
  const rotation = {
    expires_in: expiresIn.optional().describe('The new secret’s life in seconds; unless said, the last one’s.'),
    scopes: scopes.optional().describe('Only fewer, and for both secrets at once.'),
  }
  return {
    issue: z.strictObject({
      name: displayName,
      scopes: scopes.describe('Within what the credential that asks may give.'),
      grantable_scopes: scopes
        .optional()
        .describe('What keys that it makes may have besides its own scopes. Set by administrators.'),
      resource: z
        .string()
        .max(2048)
        .optional()
        .describe('The identifier of the one resource that it is for; unless said, every one whose scopes it has.'),
      environment: environment.default('live'),
      organization_id: z.string().optional().describe('Unless said, the organization of the credential that asks.'),
      user_id: z.string().optional().describe('The person that it acts for. Somebody else is for administrators.'),
      service_account_id: z.string().optional().describe('The service account that it acts for, in place of a person.'),
      external_id: externalId.optional().describe('The platform’s own id for whom it is.'),
      tier: z.string().optional().describe('Unless said, its organization’s. Set by administrators.'),
      limits: limitOverrides.optional().describe('Over its tier’s. Set by administrators.'),
      expires_in: expiresIn.optional().describe('Its life in seconds; unless said, 90 days.'),
      allowed_ips: allowedIps.default([]).describe('Addresses and CIDR ranges; empty: from anywhere.'),
      metadata: metadata.default({}),
    }),
    change: z.strictObject({
      name: displayName.optional(),
      scopes: scopes.optional(),
      allowed_ips: allowedIps.optional().describe('Addresses and CIDR ranges; empty: from anywhere.'),
      metadata: metadata.optional(),
      external_id: externalId.nullable().optional(),
      tier: z.string().nullable().optional().describe('null: its organization’s. Set by administrators.'),
      limits: limitOverrides.nullable().optional().describe('null: its tier’s. Set by administrators.'),
      expires_in: expiresIn.optional().describe('Seconds from now.'),
      disabled: z.boolean().optional().describe('Stops it, or lets it go on.'),
    }),
    rotate: z.strictObject({ grace_period: grace(0), ...rotation }),
    rotateItself: z.strictObject({ grace_period: grace(SHORTEST_SELF_GRACE_SECONDS), ...rotation }),
  }
}

export const keyFilters = z.strictObject({
  ...listParameters,
  ids: idsParameter,
  organization_id: z.string().optional().describe('Those of this organization.'),
  service_account_id: z.string().optional().describe('Those that act for this service account.'),
  user_id: z.string().optional().describe('Those that act for this person.'),
  external_id: z.string().optional().describe('Those whose own it is, or else their organization’s.'),
  status: z
    .enum(statuses, { error: `must be one of ${statuses.join(', ')}` })
    .optional()
    .describe('Those that are it now.'),
  environment: environment.optional().describe('Those of this one alone.'),
  tier: z.string().optional().describe('Those that have it, by themselves or by their organization.'),
  scope: z.string().optional().describe('Those that have it.'),
  expiring_before: isoTime
    .transform((text) => new Date(text))
    .optional()
    .describe('Those that end before then.'),
  used_since: isoTime
    .transform((text) => new Date(text))
    .optional()
    .describe('Those of which a secret was used since then.'),
  q: z
    .string()
    .max(255, { error: 'must have at most 255 characters' })
    .optional()
    .describe('Its id, a part of its name, or the last characters of a secret.'),
})

export function filterOf(query: Omit<z.output<typeof keyFilters>, 'limit' | 'cursor'>): KeyFilter {
  const { organization_id, service_account_id, user_id, external_id, expiring_before, used_since, ...rest } = query
  return {
    ...rest,
    organizationId: organization_id,
    serviceAccountId: service_account_id,
    userId: user_id,
    externalId: external_id,
    expiringBefore: expiring_before,
    usedSince: used_since,
  }
}

type Fields = ReturnType<typeof keyFields>

export function newKeyOf(body: z.output<Fields['issue']>): NewApiKey {
  return {
    name: body.name,
    scopes: body.scopes,
    grantableScopes: body.grantable_scopes,
    resource: body.resource,
    environment: body.environment,
    organizationId: body.organization_id,
    userId: body.user_id,
    serviceAccountId: body.service_account_id,
    externalId: body.external_id,
    tier: body.tier,
    limits: body.limits,
    expiresInSeconds: body.expires_in,
    allowedIps: body.allowed_ips,
    metadata: body.metadata,
  }
}

export function changeOf(body: z.output<Fields['change']>): WantedChange {
  const { allowed_ips, external_id, expires_in, ...rest } = body
  return { ...rest, allowedIps: allowed_ips, externalId: external_id, expiresInSeconds: expires_in }
}

export function rotationOf(body: z.output<Fields['rotate']>): WantedRotation {
  return { graceSeconds: body.grace_period, expiresInSeconds: body.expires_in, scopes: body.scopes }
}
