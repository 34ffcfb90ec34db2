/** Issues an API key. Nobody is notified of it: a commit that notifies is serialised, and no memory can know it yet. */
import { record, type AuditContext } from '../audit/record.ts'
import { reaches } from '../http/api/principal.ts'
import { inputProblem } from '../http/api/input.ts'
import { Problem } from '../http/problem.ts'
import type { Clock } from '../platform/clock.ts'
import type { Tx } from '../platform/database.ts'
import { newId } from '../platform/ids.ts'
import { DEFAULT_LIFETIME_SECONDS, type ApiKey } from './api-key.ts'
import { demandAdministrator, demandEnvironment, type Asker } from './asker.ts'
import type { Environment } from './format.ts'
import { demandPace, demandRoom } from './limits.ts'
import { homeOrganizationId, ownerOfNewKey } from './owner.ts'
import { demandHoldable, demandKnown, demandPassable } from './scopes.ts'
import { drawSecret, type DrawnSecret } from './secret.ts'
import type { KeyServices } from './services.ts'
import { findApiKey, getCustomerName, isExternalIdTaken, insertApiKey, lockOrganization, holdTier } from './store.ts'

export interface NewApiKey {
  name: string
  scopes: readonly string[]
  grantableScopes?: readonly string[] | undefined
  resource?: string | undefined
  environment: Environment
  /** Unless said, the one of whoever asks. */
  organizationId?: string | undefined
  userId?: string | undefined
  serviceAccountId?: string | undefined
  externalId?: string | undefined
  tier?: string | undefined
  limits?: ApiKey['limits'] | undefined
  /** Within the ceiling; 90 days unless said. */
  expiresInSeconds?: number | undefined
  /** Normalised. */
  allowedIps: readonly string[]
  metadata: Readonly<Record<string, unknown>>
}

/** `secret` is the whole key, shown in this answer only. */
export interface KeyWithSecret {
  key: ApiKey
  secret: string
  secretId: string
}

type IssueServices = Omit<KeyServices, 'db' | 'queueMail'>

/** @throws {Problem} with what stands in the way */
export async function issueApiKey(
  tx: Tx,
  services: IssueServices,
  asker: Asker,
  wanted: NewApiKey,
  context: AuditContext,
): Promise<KeyWithSecret> {
  const { clock, secrets, catalogue, settings } = services
  const { tier, limits, grantableScopes, resource = null } = wanted
  demandAdministrator(asker, { tier, limits, grantable_scopes: grantableScopes })
  const organizationId = wanted.organizationId ?? (await homeOrganizationId(tx, asker, wanted))
  await lockReached(tx, asker, organizationId)
  demandEnvironment(asker, wanted.environment)

  const scopes = [...new Set(wanted.scopes)]
  const grantable = [...new Set(grantableScopes)]
  demandKnown(catalogue, { scopes: wanted.scopes, grantableScopes, resource })
  demandPassable(catalogue, asker, [...scopes, ...grantable])
  await demandTier(tx, tier ?? null)
  await demandOwnExternalId(tx, asker, organizationId, wanted.externalId ?? null)
  await demandPace(tx, services, organizationId, asker.reach)
  await demandRoom(tx, services, organizationId)
  const owner = await ownerOfNewKey(tx, services, asker, organizationId, wanted, context)
  demandHoldable(catalogue, owner, scopes)

  const lifetimeSeconds = wanted.expiresInSeconds ?? Math.min(DEFAULT_LIFETIME_SECONDS, settings.maxLifetimeSeconds)
  const drawn = drawSecret({ secrets, clock, prefix: settings.prefix }, wanted.environment, lifetimeSeconds)
  return putApiKey(
    tx,
    {
      organizationId,
      name: wanted.name,
      owner,
      environment: wanted.environment,
      scopes,
      grantableScopes: grantable,
      resource,
      externalId: wanted.externalId ?? null,
      tier: tier ?? null,
      limits: limits ?? null,
      allowedIps: [...new Set(wanted.allowedIps)],
      metadata: wanted.metadata,
    },
    drawn,
    context,
  )
}

/** Writes it with its first secret, and that it was made. */
export async function putApiKey(
  tx: Tx,
  columns: Omit<Parameters<typeof insertApiKey>[1], 'id' | 'expiresAt' | 'createdAt'>,
  { secret, resting }: DrawnSecret,
  context: AuditContext,
): Promise<KeyWithSecret> {
  const { clock } = context
  const id = newId('key', clock)
  const { owner, organizationId, name, environment, scopes } = columns
  const { createdAt, expiresAt, hint } = resting
  await insertApiKey(tx, { ...columns, id, expiresAt, createdAt }, resting)
  const data = { name, hint, environment, scopes, expires_at: expiresAt.toISOString(), owner: owner.id }
  await record(tx, { type: 'api_key.created', id, organizationId, data }, context)
  return { key: await written(tx, id, clock), secret, secretId: resting.id }
}

/** The key as it is after a change within the same transaction. */
export async function written(tx: Tx, id: string, clock: Clock): Promise<ApiKey> {
  const key = await findApiKey(tx, id, clock.now())
  if (!key) throw new Error(`the key ${id} that was just written is gone`)
  return key
}

async function lockReached(tx: Tx, { principal, reach }: Asker, organizationId: string): Promise<void> {
  const theirs = !principal || reaches(principal, reach, organizationId)
  if (theirs && (await lockOrganization(tx, organizationId))) return
  throw new Problem('not_found', { detail: `There is no organization ${organizationId}.` })
}

/** @throws {Problem} 400 for a tier that there isn't */
export async function demandTier(tx: Tx, name: string | null): Promise<void> {
  if (name === null || (await holdTier(tx, name))) return
  throw inputProblem({ path: '/tier', code: 'unknown_tier', message: `there is no tier ${name}` })
}

/** As a gateway hands it on: what looks encoded could be read as another one, and `-` stands for none. */
const ambiguous = /%[\da-f]{2}|^-$/i

/**
 * What stands behind a gateway tells customers apart by it, so nobody takes another customer's: neither one that an
 * organization has, nor, for whoever has one, any but their own. A person's own organization, which anybody has who has
 * signed up, speaks for no customer at all: its keys could be taken for one who is still to come.
 * @throws {Problem} `forbidden`, or 400 for one that could be taken for another customer's
 */
export async function demandOwnExternalId(
  tx: Tx,
  { reach }: Asker,
  organizationId: string,
  externalId: string | null,
): Promise<void> {
  if (externalId === null || reach === 'everything') return
  const own = await getCustomerName(tx, organizationId)
  if (own.externalId === externalId) return
  if (ambiguous.test(externalId)) {
    const message = 'must not hold a percent sign before two hexadecimal digits, nor be a bare -'
    throw inputProblem({ path: '/external_id', code: 'ambiguous', message })
  }
  if (own.externalId !== null || own.personal) {
    throw new Problem('forbidden', {
      detail: 'Which customer a key is for, administrators say: leave external_id out, and it is its organization’s.',
    })
  }
  if (!(await isExternalIdTaken(tx, externalId))) return
  throw new Problem('forbidden', { detail: 'This external_id is another organization’s.' })
}
