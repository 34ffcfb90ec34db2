/** An endpoint: where events of an organization, or of everybody, are sent to. */
import { events, type EventType } from '../audit/events.ts'

export type DisabledReason = 'by_hand' | 'gone' | 'failing'

export interface WebhookEndpoint {
  id: string
  /** Null: it gets everybody's events. */
  organizationId: string | null
  name: string
  url: string
  /** Who made one for everybody's events; null: whoever sits at the host. */
  ownerId: string | null
  /** Empty: all. */
  types: readonly string[]
  oldSecretEndsAt: Date | null
  failingSince: Date | null
  disabledAt: Date | null
  disabledReason: DisabledReason | null
  createdAt: Date
  updatedAt: Date
}

/** What is sent when somebody tries an endpoint. */
export const TEST_TYPE = 'webhook.test'

/** Every type that an endpoint may choose. */
export const webhookTypes: readonly string[] = (Object.keys(events) as EventType[]).filter(
  (type) => events[type].payload !== null,
)

/** At most so many for an organization. */
export const MOST_ENDPOINTS = 20
export const DEFAULT_GRACE_SECONDS = 86_400
export const MAX_GRACE_SECONDS = 7 * 86_400
