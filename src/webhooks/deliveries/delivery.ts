/** One event on its way to one endpoint. */

/** `abandoned`: its endpoint was disabled, or has gone, before it came through. */
export type DeliveryStatus = 'pending' | 'succeeded' | 'failed' | 'abandoned'

export interface Delivery {
  id: string
  endpointId: string
  /** The `webhook-id`: the same in each attempt and each replay. */
  eventId: string
  type: string
  /** As it is signed and sent, to the byte. */
  body: string
  status: DeliveryStatus
  attemptCount: number
  nextAttemptAt: Date | null
  createdAt: Date
  endedAt: Date | null
}

export type Failure =
  | 'timeout'
  | 'unreachable'
  | 'too_large'
  /** It leads into a network that nobody may have us call. */
  | 'refused_address'
  | 'redirect'
  | 'status'

export interface Attempt {
  id: string
  number: number
  at: Date
  durationMs: number
  /** The receiver's; null where none came. */
  status: number | null
  /** Null: it succeeded. */
  failure: Failure | null
  /** How the receiver's answer begins. */
  answer: string
}

/** `{type, timestamp, data}`, as Standard Webhooks has it. */
export function bodyOf({ type, at, data }: { type: string; at: Date; data: unknown }): string {
  return JSON.stringify({ type, timestamp: at.toISOString(), data })
}
