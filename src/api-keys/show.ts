/** An API key as it goes out: hints of its secrets, and the secret itself only where it was just made. */
import { z } from 'zod'
import { environment, time, timeOut } from '../http/api/wire.ts'
import type { LimitOverrides } from '../limits/limits.ts'
import { liveSecrets, statuses, statusOf, type ApiKey } from './api-key.ts'
import type { KeyWithSecret } from './issue.ts'

const secretShape = z.strictObject({
  id: z.string(),
  hint: z.string().describe('How it ends, to tell it from others.'),
  created_at: timeOut,
  expires_at: timeOut.nullable(),
  last_used_at: timeOut.nullable(),
})

const keyShape = (limitOverrides: z.ZodType<LimitOverrides>) => ({
  id: z.string(),
  name: z.string(),
  organization_id: z.string(),
  subject: z.string().describe('The person or service account that it acts for.'),
  user_id: z.string().nullable(),
  service_account_id: z.string().nullable(),
  service_account_name: z.string().nullable().describe('As it is called now.'),
  external_id: z.string().nullable().describe('The platform’s own id for whom it is.'),
  environment,
  scopes: z.array(z.string()),
  grantable_scopes: z.array(z.string()).describe('What keys that it makes may have besides its own scopes.'),
  resource: z.string().nullable().describe('The one resource that it is for; null: every one whose scopes it has.'),
  tier: z.string().nullable().describe('null: its organization’s.'),
  limits: limitOverrides.nullable().describe('Over its tier’s.'),
  allowed_ips: z.array(z.string()).describe('Addresses and CIDR ranges; empty: from anywhere.'),
  metadata: z.record(z.string(), z.unknown()),
  status: z.enum(statuses),
  exposed: z
    .strictObject({ at: timeOut, reason: z.enum(['leaked', 'unencrypted']) })
    .nullable()
    .describe('When and how a secret of it came into the open. It works until it is revoked.'),
  secrets: z.array(secretShape).describe('Those that work, newest first: two while one is being rotated.'),
  expires_at: timeOut.nullable().describe('When its newest secret ends.'),
  last_used_at: timeOut.nullable(),
  created_at: timeOut,
  updated_at: timeOut,
  disabled: z.boolean(),
})

/** @param limitOverrides the schema of limits over a tier's */
export function keyAnswers(limitOverrides: z.ZodType<LimitOverrides>) {
  const shape = keyShape(limitOverrides)
  const secret = z
    .string()
    .nullable()
    .describe(
      'The key itself, in this answer only. null in an answer that is given again after it was rotated away or revoked.',
    )
  return {
    keyOut: z.strictObject(shape).meta({ id: 'ApiKey' }),
    keyWithSecretOut: z.strictObject({ ...shape, secret }).meta({ id: 'ApiKeyWithSecret' }),
  }
}

type KeyAnswers = ReturnType<typeof keyAnswers>

export function showKey(key: ApiKey, now: Date): z.output<KeyAnswers['keyOut']> {
  const { owner, exposed } = key
  return {
    id: key.id,
    name: key.name,
    organization_id: key.organizationId,
    subject: owner.id,
    user_id: owner.kind === 'user' ? owner.id : null,
    service_account_id: owner.kind === 'service_account' ? owner.id : null,
    service_account_name: owner.name,
    external_id: key.externalId,
    environment: key.environment,
    scopes: [...key.scopes],
    grantable_scopes: [...key.grantableScopes],
    resource: key.resource,
    tier: key.tier,
    limits: key.limits,
    allowed_ips: [...key.allowedIps],
    metadata: key.metadata,
    status: statusOf(key, now),
    exposed: exposed && { at: time(exposed.at), reason: exposed.reason },
    secrets: liveSecrets(key, now).map(({ id, hint, createdAt, expiresAt, lastUsedAt }) => ({
      id,
      hint,
      created_at: time(createdAt),
      expires_at: time(expiresAt),
      last_used_at: time(lastUsedAt),
    })),
    expires_at: time(key.expiresAt),
    last_used_at: time(key.lastUsedAt),
    created_at: time(key.createdAt),
    updated_at: time(key.updatedAt),
    disabled: key.disabledAt !== null,
  }
}

export function showKeyWithSecret({ key, secret }: KeyWithSecret, now: Date): z.output<KeyAnswers['keyWithSecretOut']> {
  return { ...showKey(key, now), secret }
}
