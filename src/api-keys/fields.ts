/** What comes in about API keys: the fields of their bodies and the filters of their lists, in wire names. */
import { z } from 'zod'
import { listParameters } from '../http/api/list.ts'
import { displayName, environment, externalId, isoTime, metadata } from '../http/api/wire.ts'
import type { LimitOverrides } from '../limits/limits.ts'
import type { WantedChange } from './change.ts'
import type { NewApiKey } from './issue.ts'
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

const grace = (least: number) => seconds(least, MAX_GRACE_SECONDS).default(DEFAULT_GRACE_SECONDS)

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
  const rotation = { expires_in: expiresIn.optional(), scopes: scopes.optional() }
  return {
    issue: z.strictObject({
      name: displayName,
      scopes,
      grantable_scopes: scopes.optional(),
      resource: z.string().max(2048).optional(),
      environment: environment.default('live'),
      organization_id: z.string().optional(),
      user_id: z.string().optional(),
      service_account_id: z.string().optional(),
      external_id: externalId.optional(),
      tier: z.string().optional(),
      limits: limitOverrides.optional(),
      expires_in: expiresIn.optional(),
      allowed_ips: allowedIps.default([]),
      metadata: metadata.default({}),
    }),
    change: z.strictObject({
      name: displayName.optional(),
      scopes: scopes.optional(),
      allowed_ips: allowedIps.optional(),
      metadata: metadata.optional(),
      external_id: externalId.nullable().optional(),
      tier: z.string().nullable().optional(),
      limits: limitOverrides.nullable().optional(),
      expires_in: expiresIn.optional(),
      disabled: z.boolean().optional(),
    }),
    rotate: z.strictObject({ grace_period: grace(0), ...rotation }),
    rotateItself: z.strictObject({ grace_period: grace(SHORTEST_SELF_GRACE_SECONDS), ...rotation }),
  }
}

export const keyFilters = z.strictObject({
  ...listParameters,
  organization_id: z.string().optional(),
  external_id: z.string().optional(),
  status: z.enum(statuses, { error: `must be one of ${statuses.join(', ')}` }).optional(),
  environment: environment.optional(),
  tier: z.string().optional(),
  scope: z.string().optional(),
  expiring_before: isoTime.transform((text) => new Date(text)).optional(),
  q: z.string().max(255, { error: 'must have at most 255 characters' }).optional(),
})

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
