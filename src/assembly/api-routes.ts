/** Every route of `/v1` in one table; siblings that may not know each other meet here. */
import type { Pool } from 'pg'
import { apiKeyRoutes } from '../api-keys/api.ts'
import { importRoutes } from '../api-keys/import/api.ts'
import { revokeOwnedKeys } from '../api-keys/owned/revoke.ts'
import { meteredApiKey } from '../api-keys/metered.ts'
import { findPersonalOrganizationId } from '../api-keys/store.ts'
import { applyRoutes } from '../apply/api.ts'
import { auditRoutes } from '../audit/api.ts'
import { policyRoutes } from '../check/policies/api.ts'
import { clientRoutes } from '../clients/api.ts'
import { clientImportRoutes } from '../clients/import/api.ts'
import { deleteClientsOf } from '../clients/delete.ts'
import type { Config } from '../config.ts'
import { grantRoutes } from '../grants/api.ts'
import type { ApiRoute } from '../http/api/route.ts'
import { leakRoutes } from '../leaks/api.ts'
import type { Leaks } from '../leaks/leaks.ts'
import { tierRoutes } from '../limits/api.ts'
import type { LookAt } from '../limits/look-at.ts'
import { limitOverridesSchema } from '../limits/schema.ts'
import { spendingRoutes } from '../limits/spending-api.ts'
import { findTier } from '../limits/store.ts'
import { sessionRoutes } from '../oidc/sessions/api.ts'
import { signingKeyRoutes } from '../oidc/signing-keys/api.ts'
import { organizationRoutes } from '../organizations/api.ts'
import { createPlatformOrganization } from '../organizations/platform.ts'
import { ensureServiceAccount, ensureServiceAccounts } from '../organizations/service-accounts/ensure.ts'
import { placePeople } from '../organizations/place-people.ts'
import { findOrganization, holdCustomers } from '../organizations/store.ts'
import type { Clock } from '../platform/clock.ts'
import type { Db, Tx } from '../platform/database.ts'
import type { Secrets } from '../platform/secrets.ts'
import { resourceRoutes } from '../resources/api.ts'
import type { Catalogue } from '../resources/catalogue.ts'
import type { Resource } from '../resources/resource.ts'
import { isOpenidScope } from '../resources/scope-name.ts'
import { scopeRoutes } from '../resources/scopes-api.ts'
import { usageRoutes } from '../usage/api.ts'
import { userRoutes } from '../users/api.ts'
import { userImportRoutes } from '../users/import/api.ts'
import { organizationInvitations } from '../users/invitations.ts'
import { attempt } from '../users/throttle.ts'
import { emailKey } from '../users/user.ts'
import { settingRoutes } from '../settings/api.ts'
import { liveKeySettings } from '../settings/live.ts'
import type { Settings } from '../settings/settings.ts'
import type { UserServices } from '../users/services.ts'
import { webhookRoutes } from '../webhooks/api.ts'
import { deliveryRoutes } from '../webhooks/deliveries/api.ts'
import type { Enqueue } from '../webhooks/deliveries/fan-out.ts'
import { eventRoutes } from '../webhooks/events-api.ts'
import { webhookTargets } from './webhooks.ts'

/** What API keys need of organizations. */
export const keyOrganizations = { ensureServiceAccount, create: createPlatformOrganization }

export function apiRoutes(options: {
  config: Config
  db: Db
  pool: Pool
  clock: Clock
  secrets: Secrets
  catalogue: Catalogue
  /** The management API itself, as a resource. */
  builtIn: Resource
  users: UserServices
  settings: Settings
  leaks: Leaks
  /** Has deliveries of webhooks attempted. */
  enqueue: Enqueue
  /** What a credential may still spend. */
  lookAt: LookAt
}): readonly ApiRoute[] {
  const { config, db, pool, clock, secrets, catalogue, builtIn, users, settings, leaks, enqueue, lookAt } = options
  const clients = {
    db,
    secrets,
    clock,
    catalogue,
    isOpenidScope,
    findOrganization,
    findTier,
    findPersonalOrganizationId,
  }
  // What was changed is changed: if it can't be read anew now, the notice of it sees to that.
  const refresh = () => catalogue.refresh().catch(() => undefined)
  const targets = webhookTargets(config)
  const webhooks = {
    db,
    secrets,
    targets,
    enqueue,
    throttle: (tx: Tx, owner: string) => attempt(tx, users, [{ rule: 'webhook_request', subject: owner }]),
    findOrganization,
  }
  return [
    ...apiKeyRoutes({
      db,
      clock,
      secrets,
      catalogue,
      settings: liveKeySettings(settings, config.apiKeys),
      organizations: keyOrganizations,
      queueMail: users.queueMail,
      limitOverrides: limitOverridesSchema,
    }),
    ...importRoutes({
      clock,
      secrets,
      catalogue,
      prefix: config.apiKeys.prefix,
      organizations: { ensureServiceAccounts },
      emailKey,
      limitOverrides: limitOverridesSchema,
    }),
    ...tierRoutes({ db }),
    ...spendingRoutes({ lookAt, keyOf: (asker, id) => meteredApiKey(db, asker, id, clock.now()) }),
    ...usageRoutes({ pool, clock }),
    ...auditRoutes({ db }),
    ...resourceRoutes({ db, builtIn, refresh }),
    ...scopeRoutes({ db, builtIn, refresh }),
    ...policyRoutes({ db }),
    ...organizationRoutes({
      db,
      revokeKeys: revokeOwnedKeys,
      deleteClients: deleteClientsOf,
      invitations: organizationInvitations(users),
    }),
    ...userRoutes(users),
    ...userImportRoutes({ clock, secrets, organizations: { hold: holdCustomers, place: placePeople } }),
    ...clientRoutes(clients),
    ...clientImportRoutes({ ...clients, organizations: { hold: holdCustomers } }),
    ...grantRoutes({ db }),
    ...sessionRoutes({ db, clock }),
    ...signingKeyRoutes({ db, secrets, clock }),
    ...leakRoutes({ leaks, db }),
    ...webhookRoutes(webhooks),
    ...deliveryRoutes(webhooks),
    ...eventRoutes(webhooks),
    ...settingRoutes({ db, settings }),
    ...applyRoutes({
      db,
      clock,
      secrets,
      builtIn,
      publicUrl: config.publicUrl,
      revokeKeys: revokeOwnedKeys,
      deleteClients: deleteClientsOf,
      invitations: organizationInvitations(users),
      targets,
      given: settings.given,
    }),
  ]
}
