/** Every noun whose verbs are routes of the API, in the order of the help. */
import { grants, sessions, signingKeys } from './access.ts'
import { audit } from './audit.ts'
import { clients, clientSecrets } from './clients.ts'
import { invitations } from './invitations.ts'
import { keyLimits } from './key-limits.ts'
import { keys } from './keys.ts'
import { leaks } from './leaks.ts'
import { members } from './members.ts'
import type { Noun } from './noun.ts'
import { organizations } from './organizations.ts'
import { policies, resources, scopes } from './resources.ts'
import { scopeUsage } from './scope-usage.ts'
import { serviceAccounts } from './service-accounts.ts'
import { settings } from './settings.ts'
import { tiers, usage } from './tiers.ts'
import { users } from './users.ts'
import { deliveries, events, webhooks } from './webhooks.ts'

export const nouns: readonly Noun[] = [
  users,
  organizations,
  members,
  invitations,
  serviceAccounts,
  keys,
  scopeUsage,
  keyLimits,
  clients,
  clientSecrets,
  resources,
  scopes,
  policies,
  tiers,
  usage,
  audit,
  webhooks,
  deliveries,
  events,
  leaks,
  grants,
  sessions,
  signingKeys,
  settings,
]
