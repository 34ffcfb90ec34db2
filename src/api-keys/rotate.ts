/**
 * Gives a key a new secret under the same id. The one before works on for a grace, so that programs can be changed without
 * a gap; at most two live.
 */
import { record, type AuditContext } from '../audit/record.ts'
import { inputProblem } from '../http/api/input.ts'
import { Problem } from '../http/problem.ts'
import { notify } from '../platform/changes.ts'
import type { Tx } from '../platform/database.ts'
import {
  currentSecret,
  DEFAULT_GRACE_SECONDS,
  DEFAULT_LIFETIME_SECONDS,
  isExpired,
  lifetimeSeconds,
  liveSecrets,
  SHORTEST_LIFETIME_SECONDS,
  type ApiKey,
} from './api-key.ts'
import { demandAsHigh, demandEnvironment, isItself, type Asker } from './asker.ts'
import { getApiKey, getApiKeyLocked } from './get.ts'
import { written, type KeyWithSecret } from './issue.ts'
import { demandRoom } from './limits.ts'
import { demandPassable } from './scopes.ts'
import { drawSecret } from './secret.ts'
import type { KeyServices } from './services.ts'
import { eraseAnswers, insertSecret, lockOrganization, updateApiKey, updateSecret } from './store.ts'

export interface WantedRotation {
  /** How long the old secret works on, 0 to 7 days; a day unless said. */
  graceSeconds?: number | undefined
  /** Within the ceiling; the last secret's life unless said. */
  expiresInSeconds?: number | undefined
  /** For both secrets at once. */
  scopes?: readonly string[] | undefined
}

export interface Rotated extends KeyWithSecret {
  /** Null: no old one works on. */
  oldSecretEndsAt: Date | null
  /** By the key itself: its owner has to be told. */
  byItself: boolean
}

type RotateServices = Pick<KeyServices, 'secrets' | 'clock' | 'settings' | 'catalogue'>

/** @throws {Problem} with what stands in the way */
export async function rotateApiKey(
  tx: Tx,
  services: RotateServices,
  asker: Asker,
  id: string,
  wanted: WantedRotation,
  context: AuditContext,
): Promise<Rotated> {
  const { clock } = services
  const before = await getApiKey(tx, asker, id, clock.now())
  // An expired key comes back to life, and counts again. The organization's row comes before the key's, as everywhere.
  if (isExpired(before, clock.now())) {
    await lockOrganization(tx, before.organizationId)
    await demandRoom(tx, services, before.organizationId)
  }
  const key = await getApiKeyLocked(tx, asker, id, clock.now())
  demandRotatable(key)
  const byItself = isItself(asker, key)
  if (byItself) demandTrusted(asker, key)
  else demandNoMore(services, asker, key, wanted.scopes)
  return replaceSecret(tx, services, key, wanted, byItself, context)
}

/**
 * Programs renew their own credential by it, and a thief who has it must not gain: no longer life than before, no quick
 * end of the secret that others use, and nothing at all with an old secret or with one that is known to be exposed.
 * @throws {Problem} with what stands in the way
 */
export async function rotateOwnApiKey(
  tx: Tx,
  services: RotateServices,
  asker: Asker,
  wanted: WantedRotation,
  context: AuditContext,
): Promise<Rotated> {
  const { principal } = asker
  if (principal?.kind !== 'api_key') throw new Problem('forbidden', { detail: 'Only an API key rotates itself.' })
  // Whoever calls sees its own key, whatever its place in the organization.
  const key = await getApiKeyLocked(tx, { principal: null, reach: 'own' }, principal.credentialId, services.clock.now())
  demandRotatable(key)
  demandTrusted(asker, key)
  const life = lifetimeSeconds(key)
  if (life !== null && (wanted.expiresInSeconds ?? 0) > life) {
    throw inputProblem({ path: '/expires_in', code: 'too_long', message: `must not be above ${life}, the life it had` })
  }
  return replaceSecret(tx, services, key, wanted, true, context)
}

/**
 * The caller is given the new secret, so the key must not reach further than the caller may make keys reach: neither by
 * its scopes, nor as somebody whose role is above the caller's.
 * @throws {Problem} with what is beyond it
 */
function demandNoMore(
  { catalogue }: Pick<RotateServices, 'catalogue'>,
  asker: Asker,
  key: ApiKey,
  scopes: readonly string[] = key.scopes,
): void {
  demandEnvironment(asker, key.environment)
  demandPassable(catalogue, asker, [...scopes, ...key.grantableScopes])
  demandAsHigh(
    asker,
    key.owner,
    'The key acts for an administrator of the platform: only such a one rotates it. You may revoke it.',
  )
  const { principal, reach } = asker
  if (!principal || reach === 'everything' || key.owner.role !== 'owner') return
  if (principal.organizations.get(key.organizationId) === 'owner') return
  throw new Problem('forbidden', {
    detail: 'The key acts for an owner of the organization: only owners rotate it. You may revoke it.',
  })
}

function demandRotatable(key: ApiKey): void {
  if (key.revokedAt) throw new Problem('conflict', { detail: 'The key was revoked, for good. Issue another one.' })
  if (key.disabledAt || !key.owner.active) {
    throw new Problem('conflict', { detail: 'The key, or what it acts for, is disabled. Enable it first.' })
  }
}

function demandTrusted({ principal }: Asker, key: ApiKey): void {
  if (key.exposed) {
    const detail = `The key is known to be ${words[key.exposed.reason]}: only its owner rotates it, or revokes it.`
    throw new Problem('forbidden', { detail })
  }
  if (principal?.secretId !== currentSecret(key).id) {
    throw new Problem('forbidden', { detail: 'This secret is in its grace: only the newest one rotates the key.' })
  }
}

const words = { leaked: 'leaked', unencrypted: 'exposed by an unencrypted request' } as const

async function replaceSecret(
  tx: Tx,
  { secrets, clock, settings }: RotateServices,
  key: ApiKey,
  wanted: WantedRotation,
  byItself: boolean,
  context: AuditContext,
): Promise<Rotated> {
  const scopes = narrowed(key, wanted.scopes)
  const life = Math.min(
    wanted.expiresInSeconds ?? lifetimeSeconds(key) ?? DEFAULT_LIFETIME_SECONDS,
    settings.maxLifetimeSeconds,
  )
  const { secret, resting } = drawSecret(
    { secrets, clock, prefix: settings.prefix },
    key.environment,
    Math.max(life, SHORTEST_LIFETIME_SECONDS),
  )
  const oldSecretEndsAt = await retire(tx, key, wanted.graceSeconds ?? DEFAULT_GRACE_SECONDS, context)
  await insertSecret(tx, key.id, resting)

  const now = clock.now()
  const isOver = key.exposed !== null && exposureEnds(key, key.exposed.at, oldSecretEndsAt)
  const { expiresAt, hint } = resting
  await updateApiKey(tx, key.id, { scopes, expiresAt, ...(isOver && { exposed: null }) }, now)
  const { id, organizationId, name, environment } = key
  const data = {
    name,
    hint,
    environment,
    scopes,
    expires_at: expiresAt.toISOString(),
    secret_id: resting.id,
    old_secret_ends_at: oldSecretEndsAt?.toISOString() ?? null,
    by_itself: byItself,
  }
  await record(tx, { type: 'api_key.rotated', id, organizationId, data }, context)
  await notify(tx, { kind: 'api_key', id })
  return { key: await written(tx, id, clock), secret, secretId: resting.id, oldSecretEndsAt, byItself }
}

/** @throws {Problem} 400: a rotation never widens */
function narrowed(key: ApiKey, scopes: readonly string[] | undefined): readonly string[] {
  if (!scopes) return key.scopes
  const faults = scopes.flatMap((name, index) =>
    key.scopes.includes(name)
      ? []
      : [
          {
            path: `/scopes/${index}`,
            code: 'not_narrower',
            message: `the key has not ${name}: scopes may only narrow`,
          },
        ],
  )
  if (faults.length > 0) throw inputProblem(...faults)
  return [...new Set(scopes)]
}

/** Leaves the current secret its grace, never past its own end, and ends the one before it at once. */
async function retire(tx: Tx, key: ApiKey, graceSeconds: number, { clock }: AuditContext): Promise<Date | null> {
  const now = clock.now()
  const current = currentSecret(key)
  const older = liveSecrets(key, now).filter(({ id }) => id !== current.id)
  for (const { id } of older) await updateSecret(tx, id, { expiresAt: now })
  const graceEnds = new Date(now.getTime() + graceSeconds * 1000)
  const endsAt = current.expiresAt && current.expiresAt < graceEnds ? current.expiresAt : graceEnds
  await updateSecret(tx, current.id, { expiresAt: endsAt, supersededAt: now })
  // An answer that is given again must not show them any more.
  await eraseAnswers(tx, [current.id, ...older.map(({ id }) => id)])
  return endsAt > now ? endsAt : null
}

/** An exposure is over when none of the secrets lives on that were there when it happened. */
function exposureEnds(key: ApiKey, exposedAt: Date, oldSecretEndsAt: Date | null): boolean {
  return oldSecretEndsAt === null || currentSecret(key).createdAt > exposedAt
}
