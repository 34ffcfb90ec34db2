/** `/v1/events`: what webhooks tell, for whoever asks instead. */
import { z } from 'zod'
import { listPage, listParameters, listSchema } from '../http/api/list.ts'
import { administers } from '../http/api/principal.ts'
import { apiRoute, type ApiRoute } from '../http/api/route.ts'
import { isoTime, time, timeOut } from '../http/api/wire.ts'
import { listEvents, type ToldEvent } from './events-store.ts'
import type { WebhookServices } from './services.ts'
import { webhookTypes } from './webhook.ts'

const eventSchema = z
  .strictObject({
    id: z.string().describe('The `webhook-id` of the requests that tell of it.'),
    type: z.string(),
    timestamp: timeOut,
    organization_id: z.string().nullable(),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'Event' })

const shown = ({ id, type, createdAt, organizationId, data }: ToldEvent): z.input<typeof eventSchema> => ({
  id,
  type,
  timestamp: time(createdAt),
  organization_id: organizationId,
  data,
})

export function eventRoutes({ db }: WebhookServices): ApiRoute[] {
  return [
    apiRoute({
      method: 'GET',
      path: '/v1/events',
      summary: 'List what webhooks tell, newest first; kept for 30 days',
      access: 'events:read',
      query: z.strictObject({
        ...listParameters,
        organization_id: z.string().optional().describe('Those of this organization.'),
        type: z
          .enum(webhookTypes as [string, ...string[]], { error: 'is no type of event' })
          .optional()
          .describe('Those of this type.'),
        from: isoTime.optional().describe('Since when.'),
        to: isoTime.optional().describe('Until when, which is left out.'),
      }),
      answer: { status: 200, body: listSchema(eventSchema) },
      async handle({ query: { organization_id: organizationId, type, from, to, limit, cursor }, principal, reach }) {
        const own = [...principal.organizations.keys()].filter((id) => administers(principal, reach, id))
        const rows = await listEvents(db, {
          among: reach === 'everything' ? null : own,
          organizationId,
          type,
          from: from === undefined ? undefined : new Date(from),
          to: to === undefined ? undefined : new Date(to),
          limit,
          cursor,
        })
        return { status: 200, body: listPage(rows, limit, shown) }
      },
    }),
  ]
}
