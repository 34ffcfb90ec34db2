/**
 * The first administrator's API key: made at the first start, before anybody has opened the link, so that whoever runs the
 * server can begin at once. It acts for a service account of the platform's own organization.
 */
import { systemContext, type AuditContext } from '../audit/record.ts'
import { managementScopes } from '../http/api/scopes.ts'
import { notify } from '../platform/changes.ts'
import { day, type Clock } from '../platform/clock.ts'
import type { Db, Tx } from '../platform/database.ts'
import type { Secrets } from '../platform/secrets.ts'
import { drawApiKey, parseApiKey } from './format.ts'
import { putApiKey } from './issue.ts'
import { restingSecret } from './secret.ts'
import type { KeyOrganizations, KeySettings } from './services.ts'
import { findKeyOwner, lockBootstrap, setBootstrapKeyAt } from './store.ts'

const NAME = 'bootstrap'
const LIFETIME_SECONDS = 365 * day
const TIER = 'enterprise'

/** Fewer different characters are a pattern that somebody typed, whatever its checksum says. */
const LEAST_CHARACTERS = 12

export type BootstrapKey =
  /** There is one, or was, or there has been an administrator. */
  | { outcome: 'nothing_to_do' }
  /** `secret` is null where the configuration chose it: whoever did knows it. */
  | { outcome: 'created'; keyId: string; secret: string | null }
  /** BOOTSTRAP_ADMIN_KEY isn't one that we take. */
  | { outcome: 'refused'; fault: string }

export interface BootstrapKeyServices {
  db: Db
  clock: Clock
  secrets: Secrets
  settings: Pick<KeySettings, 'prefix' | 'maxLifetimeSeconds'>
  organizations: KeyOrganizations & {
    /** A new organization that is nobody's own; its id. */
    create(tx: Tx, organization: { name: string }, context: AuditContext): Promise<string>
  }
  platformName: string
}

/**
 * Runs at every start, on every node.
 * @param bootstrap `administratorMade`: this start itself has made the first administrator, who else ends it
 */
export async function ensureBootstrapKey(
  services: BootstrapKeyServices,
  { adminKey, administratorMade }: { adminKey: string | null; administratorMade: boolean },
): Promise<BootstrapKey> {
  const { db, clock, settings } = services
  const fault = adminKey === null ? null : faultOf(adminKey)
  if (fault !== null) return { outcome: 'refused', fault }
  const context = systemContext(clock)
  return db.$transaction(async (tx): Promise<BootstrapKey> => {
    const { keyMade, everAdministrator } = await lockBootstrap(tx)
    if (keyMade || (everAdministrator && !administratorMade)) return { outcome: 'nothing_to_do' }
    const secret = adminKey ?? drawApiKey(settings.prefix, 'live')
    const keyId = await makeKey(tx, services, secret, context)
    await setBootstrapKeyAt(tx, clock.now())
    // Somebody may have tried a chosen one before it was made, and been remembered as unknown.
    if (adminKey !== null) await notify(tx, { kind: 'api_key', id: keyId })
    return { outcome: 'created', keyId, secret: adminKey === null ? secret : null }
  })
}

async function makeKey(
  tx: Tx,
  { organizations, platformName, settings, ...services }: BootstrapKeyServices,
  secret: string,
  context: AuditContext,
): Promise<string> {
  const organizationId = await organizations.create(tx, { name: platformName }, context)
  const account = { organizationId, name: NAME, administrator: true }
  const id = await organizations.ensureServiceAccount(tx, account, context)
  const owner = await findKeyOwner(tx, { kind: 'service_account', id }, organizationId)
  if (!owner) throw new Error('the service account that was just made is gone')
  const { key } = await putApiKey(
    tx,
    {
      organizationId,
      name: NAME,
      owner,
      environment: 'live',
      scopes: managementScopes.map(({ name }) => name),
      grantableScopes: ['*'],
      resource: null,
      externalId: null,
      tier: TIER,
      limits: null,
      allowedIps: [],
      metadata: {},
    },
    restingSecret(services, secret, Math.min(LIFETIME_SECONDS, settings.maxLifetimeSeconds)),
    context,
  )
  return key.id
}

function faultOf(adminKey: string): string | null {
  const remedy = 'make one with: keygrant keys generate'
  const parsed = parseApiKey(adminKey)
  if (!parsed) return `is not a well-formed API key; ${remedy}`
  if (parsed.environment !== 'live') return `must be a live key; ${remedy}`
  const random = adminKey.slice(adminKey.lastIndexOf('_') + 1)
  return new Set(random).size < LEAST_CHARACTERS ? `is too regular to be random; ${remedy}` : null
}
