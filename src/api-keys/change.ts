/** Changes a key. What it may do holds for all its secrets, on every node within a second. */
import { record, type AuditContext } from '../audit/record.ts'
import { Problem } from '../http/problem.ts'
import { notify } from '../platform/changes.ts'
import { secondsFrom } from '../platform/clock.ts'
import type { Tx } from '../platform/database.ts'
import { currentSecret, isExpired, liveSecrets, type ApiKey } from './api-key.ts'
import { demandAdministrator, demandEnvironment, isItself, type Asker } from './asker.ts'
import { getApiKeyLocked } from './get.ts'
import { demandOwnExternalId, demandTier, written } from './issue.ts'
import { demandHoldable, demandKnown, demandPassable } from './scopes.ts'
import type { KeyServices } from './services.ts'
import { updateApiKey, updateSecret, type KeyChange } from './store.ts'

/** What isn't named stays; null takes away what only some keys have. */
export interface WantedChange {
  name?: string | undefined
  scopes?: readonly string[] | undefined
  /** Normalised. */
  allowedIps?: readonly string[] | undefined
  metadata?: Readonly<Record<string, unknown>> | undefined
  externalId?: string | null | undefined
  tier?: string | null | undefined
  limits?: ApiKey['limits'] | undefined
  /** From now on, for the newest secret and the key; within the ceiling. */
  expiresInSeconds?: number | undefined
  disabled?: boolean | undefined
}

/** In the names of the API, which the audit trail uses too. */
const wireNames = {
  name: 'name',
  scopes: 'scopes',
  allowedIps: 'allowed_ips',
  metadata: 'metadata',
  externalId: 'external_id',
  tier: 'tier',
  limits: 'limits',
  expiresAt: 'expires_at',
  disabledAt: 'disabled',
} as const satisfies Partial<Record<keyof KeyChange, string>>

/** @throws {Problem} with what stands in the way */
export async function changeApiKey(
  tx: Tx,
  { catalogue }: Pick<KeyServices, 'catalogue'>,
  asker: Asker,
  id: string,
  wanted: WantedChange,
  context: AuditContext,
): Promise<ApiKey> {
  const { clock } = context
  demandAdministrator(asker, { tier: wanted.tier, limits: wanted.limits })
  const key = await getApiKeyLocked(tx, asker, id, clock.now())
  if (key.revokedAt) throw new Problem('conflict', { detail: 'The key was revoked, for good. Issue another one.' })
  if (wanted.expiresInSeconds !== undefined && isExpired(key, clock.now())) {
    throw new Problem('conflict', {
      detail: 'The key has expired. Rotate it: that gives it a new secret and a new life.',
    })
  }
  if (wanted.scopes) demandScopes(catalogue, asker, key, wanted.scopes)
  await demandTier(tx, wanted.tier ?? null)
  if (wanted.externalId !== undefined && wanted.externalId !== key.externalId) {
    await demandOwnExternalId(tx, asker, key.organizationId, wanted.externalId)
  }

  const change = changeOf(key, wanted, context)
  const changed = Object.keys(change).map((name) => wireNames[name as keyof typeof wireNames])
  if (changed.length === 0) return key
  // Whoever has a narrow key must not bring a broad one back that was stopped, nor have it work longer or elsewhere.
  if (widens(key, change) && !isItself(asker, key)) {
    demandEnvironment(asker, key.environment)
    demandPassable(catalogue, asker, [...(change.scopes ?? key.scopes), ...key.grantableScopes])
  }
  await updateApiKey(tx, id, change, clock.now())
  if (change.expiresAt) await moveEnds(tx, key, change.expiresAt, clock.now())
  await record(tx, { type: 'api_key.updated', id, organizationId: key.organizationId, data: { changed } }, context)
  await notify(tx, { kind: 'api_key', id })
  return written(tx, id, clock)
}

/** What the key has already may stay, whoever asks: to narrow is always allowed. */
function demandScopes(catalogue: KeyServices['catalogue'], asker: Asker, key: ApiKey, scopes: readonly string[]): void {
  const held = new Set(key.scopes)
  const added = scopes.filter((name) => !held.has(name))
  if (added.length === 0) return
  demandKnown(catalogue, { scopes, resource: key.resource, held })
  demandPassable(catalogue, asker, added)
  demandHoldable(catalogue, key.owner, added)
}

function changeOf(key: ApiKey, wanted: WantedChange, { clock }: AuditContext): KeyChange {
  const { scopes, allowedIps, expiresInSeconds, disabled, ...rest } = wanted
  const whole: KeyChange = {
    ...rest,
    ...(scopes && { scopes: [...new Set(scopes)] }),
    ...(allowedIps && { allowedIps: [...new Set(allowedIps)] }),
    ...(expiresInSeconds !== undefined && { expiresAt: secondsFrom(clock, expiresInSeconds) }),
    ...(disabled !== undefined && { disabledAt: disabled ? (key.disabledAt ?? clock.now()) : null }),
  }
  const entries = Object.entries(whole) as [keyof typeof wireNames, unknown][]
  return Object.fromEntries(entries.filter(([name, value]) => value !== undefined && !isSame(value, key[name])))
}

function widens(key: ApiKey, { disabledAt, allowedIps, expiresAt }: KeyChange): boolean {
  const isElsewhere =
    allowedIps !== undefined &&
    key.allowedIps.length > 0 &&
    (allowedIps.length === 0 || allowedIps.some((range) => !key.allowedIps.includes(range)))
  const isLonger = expiresAt instanceof Date && key.expiresAt !== null && expiresAt > key.expiresAt
  return disabledAt === null || isElsewhere || isLonger
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/** The newest secret ends with the key, and one in its grace no later. */
async function moveEnds(tx: Tx, key: ApiKey, end: Date, now: Date): Promise<void> {
  await updateSecret(tx, currentSecret(key).id, { expiresAt: end })
  for (const { id, supersededAt, expiresAt } of liveSecrets(key, now)) {
    if (supersededAt && (expiresAt === null || expiresAt > end)) await updateSecret(tx, id, { expiresAt: end })
  }
}
