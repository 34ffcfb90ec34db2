/** An API key as it goes out: hints of its secrets, and the secret itself only where it was just made. */
import { z } from 'zod'
import { environment, time, timeOut } from '../http/api/wire.ts'
import type { LimitOverrides } from '../limits/limits.ts'
import { liveSecrets, statuses, statusOf, type ApiKey } from './api-key.ts'
import type { KeyWithSecret } from './issue.ts'

const secretShape = z.strictObject({
  id: z.string(),
  hint: z.string(),
  created_at: timeOut,
  expires_at: timeOut.nullable(),
  last_used_at: timeOut.nullable(),
})

const keyShape = {
  id: z.string(),
  name: z.string(),
  organization_id: z.string(),
  /** The person or service account that it acts for. */
  subject: z.string(),
  user_id: z.string().nullable(),
  service_account_id: z.string().nullable(),
  external_id: z.string().nullable(),
  environment,
  scopes: z.array(z.string()),
  grantable_scopes: z.array(z.string()),
  resource: z.string().nullable(),
  tier: z.string().nullable(),
  limits: z.custom<LimitOverrides>().nullable(),
  allowed_ips: z.array(z.string()),
  metadata: z.record(z.string(), z.unknown()),
  status: z.enum(statuses),
  exposed: z.strictObject({ at: timeOut, reason: z.enum(['leaked', 'unencrypted']) }).nullable(),
  secrets: z.array(secretShape),
  expires_at: timeOut.nullable(),
  last_used_at: timeOut.nullable(),
  created_at: timeOut,
  updated_at: timeOut,
  disabled: z.boolean(),
}

export const keyOut = z.strictObject(keyShape)
/** `secret` is null in an answer that is given again after the secret was rotated away or revoked. */
export const keyWithSecretOut = z.strictObject({ ...keyShape, secret: z.string().nullable() })

export function showKey(key: ApiKey, now: Date): z.output<typeof keyOut> {
  const { owner, exposed } = key
  return {
    id: key.id,
    name: key.name,
    organization_id: key.organizationId,
    subject: owner.id,
    user_id: owner.kind === 'user' ? owner.id : null,
    service_account_id: owner.kind === 'service_account' ? owner.id : null,
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

export function showKeyWithSecret({ key, secret }: KeyWithSecret, now: Date): z.output<typeof keyWithSecretOut> {
  return { ...showKey(key, now), secret }
}
