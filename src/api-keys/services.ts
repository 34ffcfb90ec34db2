/** What the acts of this folder work with. Each names, of these, what it uses; the server puts them together once. */
import type { AuditContext } from '../audit/record.ts'
import type { QueueMail } from '../notices/mail/queue.ts'
import type { Clock } from '../platform/clock.ts'
import type { Db, Tx } from '../platform/database.ts'
import type { Secrets } from '../platform/secrets.ts'
import type { ScopeCatalogue } from './scopes.ts'

export interface KeyServices {
  db: Db
  clock: Clock
  secrets: Secrets
  catalogue: ScopeCatalogue
  settings: KeySettings
  organizations: KeyOrganizations
  queueMail: QueueMail
}

/** Read when it is needed, and not kept: all but the prefix may be set while the server runs. */
export interface KeySettings {
  /** What new keys begin with. */
  readonly prefix: string
  readonly maxLifetimeSeconds: number
  readonly maxPerOrganization: number
  readonly maxCreationsPerHour: number
}

/** What keys need of organizations, within the caller's transaction. */
export interface KeyOrganizations {
  /** The id of the organization's service account of this name, which is made if there is none. */
  ensureServiceAccount(
    tx: Tx,
    account: { organizationId: string; name: string; administrator: boolean },
    context: AuditContext,
  ): Promise<string>
}
