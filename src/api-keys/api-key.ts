/** An API key: a stable id with versions of its secret under it, what it acts for, and what its state is called. */
import type { LimitOverrides } from '../limits/limits.ts'
import { day, hour, minute } from '../platform/clock.ts'
import type { Giver } from '../rights/may-grant.ts'
import type { Environment } from './format.ts'

/** Why a key is known to be in wrong hands, or may be. */
export type ExposedReason = 'leaked' | 'unencrypted'

/** What a key acts for, by its rights of this moment. */
export interface KeyOwner extends Giver {
  readonly kind: 'user' | 'service_account'
  readonly id: string
  /** A service account's; null for a person. */
  readonly name: string | null
  /** Enabled and, if it is a person, still a member of the key's organization: else its keys are off. */
  readonly active: boolean
  /** A person has shown that the address is theirs; a service account has none. */
  readonly proven: boolean
  /** In the key's organization; a service account counts as one of its admins, and who left is nobody there. */
  readonly role: 'owner' | 'admin' | 'member' | null
}

export interface ApiKeySecret {
  readonly id: string
  /** The last four characters, to tell secrets apart. */
  readonly hint: string
  readonly createdAt: Date
  /** Its own end, or that of its grace; null: none. */
  readonly expiresAt: Date | null
  /** When a newer one came. */
  readonly supersededAt: Date | null
  readonly lastUsedAt: Date | null
}

export interface ApiKey {
  readonly id: string
  readonly organizationId: string
  readonly name: string
  readonly owner: KeyOwner
  readonly environment: Environment
  /** As they were asked for. */
  readonly scopes: readonly string[]
  /** What keys that it makes may have besides; set by administrators alone. */
  readonly grantableScopes: readonly string[]
  /** The one resource (identifier) that it is for; null: any that its scopes belong to. */
  readonly resource: string | null
  readonly externalId: string | null
  /** Its own, over its organization's. */
  readonly tier: string | null
  readonly limits: LimitOverrides | null
  /** Normalised addresses and CIDR ranges; none: from anywhere. */
  readonly allowedIps: readonly string[]
  readonly metadata: Readonly<Record<string, unknown>>
  /** The newest secret's end. */
  readonly expiresAt: Date | null
  readonly disabledAt: Date | null
  readonly revokedAt: Date | null
  readonly exposed: { readonly at: Date; readonly reason: ExposedReason } | null
  readonly lastUsedAt: Date | null
  readonly createdAt: Date
  readonly updatedAt: Date
  /** The newest, and those that live besides; newest first. */
  readonly secrets: readonly ApiKeySecret[]
}

export const statuses = ['active', 'expiring', 'expired', 'disabled', 'revoked', 'exposed'] as const
export type ApiKeyStatus = (typeof statuses)[number]

export const DEFAULT_LIFETIME_SECONDS = 90 * day
export const SHORTEST_LIFETIME_SECONDS = minute

export const DEFAULT_GRACE_SECONDS = day
/** A secret that is to be replaced shouldn't be needed for longer than this. */
export const MAX_GRACE_SECONDS = 7 * day
/** Whoever rotates itself and then fails must be found before the old secret ends. */
export const SHORTEST_SELF_GRACE_SECONDS = hour

/** How long before its end a key is called `expiring`, unless that is more than half of its life. */
export const EXPIRING_SECONDS = 30 * day

/** The first that fits. `statusColumn` in store.ts says the same to the database; a test holds one against the other. */
export function statusOf(key: ApiKey, now: Date): ApiKeyStatus {
  if (key.revokedAt) return 'revoked'
  if (key.disabledAt || !key.owner.active) return 'disabled'
  if (isExpired(key, now)) return 'expired'
  if (key.exposed) return 'exposed'
  return isExpiring(key, now) ? 'expiring' : 'active'
}

export function isExpired({ expiresAt }: Pick<ApiKey, 'expiresAt'>, now: Date): boolean {
  return expiresAt !== null && expiresAt <= now
}

function isExpiring(key: ApiKey, now: Date): boolean {
  if (!key.expiresAt) return false
  const end = key.expiresAt.getTime()
  const halfway = (currentSecret(key).createdAt.getTime() + end) / 2
  return end - now.getTime() <= EXPIRING_SECONDS * 1000 && now.getTime() > halfway
}

/** The one that no newer one has replaced. */
export function currentSecret({ id, secrets }: Pick<ApiKey, 'id' | 'secrets'>): ApiKeySecret {
  const current = secrets.find(({ supersededAt }) => supersededAt === null)
  if (!current) throw new Error(`the key ${id} has no current secret`)
  return current
}

/** Those that are accepted as far as they themselves go, newest first; none of a revoked key. */
export function liveSecrets({ revokedAt, secrets }: ApiKey, now: Date): ApiKeySecret[] {
  if (revokedAt) return []
  return secrets.filter(({ expiresAt }) => expiresAt === null || expiresAt > now)
}

/** How long the newest secret was made to live; null: without an end. */
export function lifetimeSeconds(key: Pick<ApiKey, 'id' | 'secrets'>): number | null {
  const { createdAt, expiresAt } = currentSecret(key)
  return expiresAt && Math.round((expiresAt.getTime() - createdAt.getTime()) / 1000)
}
