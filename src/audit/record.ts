/** Writes down what happened, in the transaction of the change itself: the audit row, and the outbox row for what webhooks tell. */
import type { Clock } from '../platform/clock.ts'
import type { Tx } from '../platform/database.ts'
import { newId } from '../platform/ids.ts'
import { events, type Event } from './events.ts'
import { insertAuditRows, insertOutboxRows, type AuditRow, type OutboxRow } from './store.ts'

export interface Actor {
  kind: 'user' | 'service_account' | 'client' | 'api_key' | 'cli' | 'system'
  /** Null for a person who isn't signed in, and for the program itself. */
  id: string | null
}

/** Who did it, and in which request. */
export interface AuditContext {
  actor: Actor
  requestId: string | null
  address: string | null
  clock: Clock
}

/** What the program does of itself: at its start, in its jobs. */
export function systemContext(clock: Clock): AuditContext {
  return { actor: { kind: 'system', id: null }, requestId: null, address: null, clock }
}

/** Somebody who isn't signed in has shown by a mailed link who they are. */
export function actingAs(context: AuditContext, userId: string): AuditContext {
  const { kind, id } = context.actor
  return kind === 'user' && id === null ? { ...context, actor: { kind, id: userId } } : context
}

/** Writes one event or several. The time is the context's clock's, and the ids are new. */
export async function record(tx: Tx, happened: Event | readonly Event[], context: AuditContext): Promise<void> {
  const rows = [happened].flat().map((event) => auditRows(event, context))
  await insertAuditRows(
    tx,
    rows.map(({ audit }) => audit),
  )
  const outbox = rows.flatMap((row) => row.outbox ?? [])
  if (outbox.length > 0) await insertOutboxRows(tx, outbox)
}

/** The rows of one event, for those who write them with a statement of their own. */
export function auditRows(event: Event, context: AuditContext): { audit: AuditRow; outbox: OutboxRow | null } {
  const { target, payload, personal } = events[event.type] as {
    target: string
    payload: ((id: string, data: object) => Record<string, unknown>) | null
    personal: readonly string[]
  }
  const at = context.clock.now()
  const organizationId = event.organizationId ?? null
  return {
    audit: {
      id: newId('aud', context.clock),
      at,
      type: event.type,
      actor_kind: context.actor.kind,
      actor_id: context.actor.id,
      organization_id: organizationId,
      target_kind: target,
      target_id: event.id,
      request_id: context.requestId,
      address: context.address,
      data: Object.fromEntries(Object.entries(event.data).filter(([name]) => !personal.includes(name))),
    },
    outbox: payload && {
      id: newId('evt', context.clock),
      type: event.type,
      organization_id: organizationId,
      at,
      data: payload(event.id, event.data),
    },
  }
}
