/** What the routes of webhooks work with. */
import type { Db, Tx } from '../platform/database.ts'
import type { Secrets } from '../platform/secrets.ts'
import type { Attempt } from '../users/throttle.ts'
import type { Enqueue } from './deliveries/fan-out.ts'
import type { TargetRules } from './target.ts'

export interface WebhookServices {
  db: Db
  secrets: Secrets
  targets: TargetRules
  enqueue: Enqueue
  /** Whether more may be sent by hand now, of what this owner has; counted by it. */
  throttle(tx: Tx, owner: string): Promise<Attempt>
  findOrganization(db: Db | Tx, id: string): Promise<{ id: string } | null>
}
