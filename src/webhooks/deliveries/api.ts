/** What was sent to a webhook, what came of it, and sending it again. */
import { z } from 'zod'
import { listPage, listParameters, listSchema } from '../../http/api/list.ts'
import type { Tx } from '../../platform/database.ts'
import type { Reach } from '../../http/api/principal.ts'
import { apiRoute, type ApiRoute } from '../../http/api/route.ts'
import { time, timeOut } from '../../http/api/wire.ts'
import { Problem } from '../../http/problem.ts'
import { demandVisible } from '../api.ts'
import type { WebhookServices } from '../services.ts'
import { findEndpoint } from '../store.ts'
import type { Attempt, Delivery } from './delivery.ts'
import { groupOf } from './fan-out.ts'
import { replay } from './replay.ts'
import { sendTest } from './send-test.ts'
import { findDelivery, listAttempts, listDeliveries } from './store.ts'

export const statuses = ['pending', 'succeeded', 'failed', 'abandoned'] as const
const deliveryFields = {
  id: z.string(),
  webhook_id: z.string().describe('The webhook that it goes to.'),
  event_id: z.string().describe('`webhook-id` of the request: the same in each attempt.'),
  type: z.string(),
  status: z.enum(statuses).describe('`abandoned`: the webhook was disabled before it came through.'),
  attempt_count: z.int(),
  next_attempt_at: timeOut.nullable(),
  created_at: timeOut,
  ended_at: timeOut.nullable(),
}
const deliverySchema = z.strictObject(deliveryFields).meta({ id: 'Delivery' })
export type DeliveryOut = z.output<typeof deliverySchema>
const wholeSchema = z
  .strictObject({
    ...deliveryFields,
    body: z.string().describe('As it is sent.'),
    attempts: z.array(
      z.strictObject({
        at: timeOut,
        number: z.int(),
        duration_ms: z.int(),
        status: z.int().nullable().describe('The receiver’s; null where none came.'),
        failure: z.enum(['timeout', 'unreachable', 'too_large', 'refused_address', 'redirect', 'status']).nullable(),
        answer: z
          .string()
          .nullable()
          .describe('How the receiver’s answer begins, for administrators of the platform; null: somebody else asks.'),
      }),
    ),
  })
  .meta({ id: 'WholeDelivery' })
export type WholeDeliveryOut = z.output<typeof wholeSchema>

function shown(delivery: Delivery): z.input<typeof deliverySchema> {
  return {
    id: delivery.id,
    webhook_id: delivery.endpointId,
    event_id: delivery.eventId,
    type: delivery.type,
    status: delivery.status,
    attempt_count: delivery.attemptCount,
    next_attempt_at: time(delivery.nextAttemptAt),
    created_at: time(delivery.createdAt),
    ended_at: time(delivery.endedAt),
  }
}

/** Of what a host answers, its owner's own people see the status: an address that only we can reach would be read by them. */
const shownAttempt = ({ at, number, durationMs, status, failure, answer }: Attempt, reach: Reach) => ({
  at: time(at),
  number,
  duration_ms: durationMs,
  status,
  failure,
  answer: reach === 'everything' ? answer : null,
})

const ofWebhook = z.strictObject({ id: z.string().describe('The webhook’s id.') })
const ofDelivery = z.strictObject({ id: z.string().describe('The delivery’s id.') })

/** @throws {Problem} `too_many_requests`: whoever can name a host must not have us flood it */
async function demandPace(tx: Tx, throttle: WebhookServices['throttle'], organizationId: string | null) {
  const tried = await throttle(tx, groupOf(organizationId))
  if (tried.allowed) return
  const detail = 'So many tests and repetitions were sent lately.'
  throw new Problem('too_many_requests', { detail, retryAfterSeconds: tried.retryAfterSeconds })
}

export function deliveryRoutes({ db, enqueue, throttle }: WebhookServices): ApiRoute[] {
  return [
    apiRoute({
      method: 'POST',
      path: '/v1/webhooks/:id/test',
      summary: 'Send a webhook an event of the type webhook.test',
      access: 'webhooks:write',
      creates: true,
      params: ofWebhook,
      answer: { status: 202, body: deliverySchema },
      problems: ['not_found', 'forbidden', 'conflict', 'too_many_requests'],
      async handle({ params: { id }, context, tx, ...calling }) {
        const endpoint = demandVisible(calling, await findEndpoint(tx, id))
        if (endpoint.disabledAt !== null) throw new Problem('conflict', { detail: 'The webhook is disabled.' })
        await demandPace(tx, throttle, endpoint.organizationId)
        return { status: 202, body: shown(await sendTest(tx, { enqueue }, endpoint, context)) }
      },
    }),
    apiRoute({
      method: 'GET',
      path: '/v1/webhooks/:id/deliveries',
      summary: 'List what was sent to a webhook',
      access: 'deliveries:read',
      params: ofWebhook,
      query: z.strictObject({
        ...listParameters,
        status: z.enum(statuses).optional().describe('Those in this state.'),
      }),
      answer: { status: 200, body: listSchema(deliverySchema) },
      problems: ['not_found', 'forbidden'],
      async handle({ params: { id }, query: { status, limit, cursor }, ...calling }) {
        const { id: endpointId } = demandVisible(calling, await findEndpoint(db, id))
        const rows = await listDeliveries(db, { endpointId, status, limit, cursor })
        return { status: 200, body: listPage(rows, limit, shown) }
      },
    }),
    apiRoute({
      method: 'GET',
      path: '/v1/deliveries/:id',
      summary: 'Get a delivery, with its attempts',
      access: 'deliveries:read',
      params: ofDelivery,
      answer: { status: 200, body: wholeSchema },
      problems: ['not_found', 'forbidden'],
      async handle({ params: { id }, ...calling }) {
        const delivery = await findDelivery(db, id)
        if (!delivery) throw new Problem('not_found')
        demandVisible(calling, await findEndpoint(db, delivery.endpointId))
        const attempts = await listAttempts(db, id)
        const shownAttempts = attempts.map((attempt) => shownAttempt(attempt, calling.reach))
        return { status: 200, body: { ...shown(delivery), body: delivery.body, attempts: shownAttempts } }
      },
    }),
    apiRoute({
      method: 'POST',
      path: '/v1/deliveries/:id/replay',
      summary: 'Send what was delivered, or wasn’t, once more, under the same webhook-id',
      access: 'deliveries:write',
      creates: true,
      params: ofDelivery,
      answer: { status: 202, body: deliverySchema },
      problems: ['not_found', 'forbidden', 'conflict', 'too_many_requests'],
      async handle({ params: { id }, context, tx, ...calling }) {
        const delivery = await findDelivery(tx, id)
        if (!delivery) throw new Problem('not_found')
        const endpoint = demandVisible(calling, await findEndpoint(tx, delivery.endpointId))
        if (endpoint.disabledAt !== null) throw new Problem('conflict', { detail: 'The webhook is disabled.' })
        const { organizationId } = endpoint
        await demandPace(tx, throttle, organizationId)
        const again = await replay(tx, { enqueue }, { id, organizationId }, context)
        if (!again) throw new Problem('not_found')
        return { status: 202, body: shown(again) }
      },
    }),
  ]
}
