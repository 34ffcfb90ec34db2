/** `/v1/webhooks`: where events of an organization, or of everybody, are sent to. */
import { z } from 'zod'
import { inputProblem } from '../http/api/input.ts'
import { listPage, listParameters, listSchema } from '../http/api/list.ts'
import { administers, reaches, type Principal, type Reach } from '../http/api/principal.ts'
import { apiRoute, type ApiRoute } from '../http/api/route.ts'
import { displayName, time, timeOut } from '../http/api/wire.ts'
import { Problem } from '../http/problem.ts'
import { changeEndpoint } from './change.ts'
import { createEndpoint } from './create.ts'
import { deleteEndpoint } from './delete.ts'
import { rotateSecret } from './rotate-secret.ts'
import type { WebhookServices } from './services.ts'
import { endpointStatuses, findEndpoint, listEndpoints } from './store.ts'
import { targetFault } from './target.ts'
import {
  DEFAULT_GRACE_SECONDS,
  MAX_GRACE_SECONDS,
  MOST_ENDPOINTS,
  webhookTypes,
  type WebhookEndpoint,
} from './webhook.ts'

const endpointFields = {
  id: z.string(),
  organization_id: z.string().nullable().describe('Whose events it gets; null: everybody’s.'),
  name: z.string(),
  url: z.string(),
  types: z.array(z.string()).describe('The types of events that it gets; empty: all.'),
  disabled: z.boolean(),
  disabled_reason: z
    .enum(['by_hand', 'gone', 'failing'])
    .nullable()
    .describe('`gone`: it answered 410. `failing`: nothing came through for five days.'),
  failing_since: timeOut.nullable().describe('Since when nothing has come through; null: the last delivery did.'),
  old_secret_expires_at: timeOut.nullable().describe('Until then the secret before the last exchange signs, too.'),
  created_at: timeOut,
  updated_at: timeOut,
}
const endpointSchema = z.strictObject(endpointFields).meta({ id: 'Webhook' })
export type WebhookOut = z.output<typeof endpointSchema>
const secretField = z
  .string()
  .nullable()
  .describe('Signs what is sent (Standard Webhooks); in this answer only. Null: a repetition, after it was exchanged.')
const newEndpointSchema = z.strictObject({ ...endpointFields, secret: secretField }).meta({ id: 'NewWebhook' })
export type NewWebhookOut = z.output<typeof newEndpointSchema>
const rotatedSchema = z.strictObject({
  secret: secretField,
  old_secret_expires_at: timeOut.nullable().describe('Until then the old one signs, too.'),
})
export type RotatedOut = z.output<typeof rotatedSchema>

function shown(endpoint: WebhookEndpoint): z.input<typeof endpointSchema> {
  return {
    id: endpoint.id,
    organization_id: endpoint.organizationId,
    name: endpoint.name,
    url: endpoint.url,
    types: [...endpoint.types],
    disabled: endpoint.disabledAt !== null,
    disabled_reason: endpoint.disabledReason,
    failing_since: time(endpoint.failingSince),
    old_secret_expires_at: time(endpoint.oldSecretEndsAt),
    created_at: time(endpoint.createdAt),
    updated_at: time(endpoint.updatedAt),
  }
}

const params = z.strictObject({ id: z.string().describe('The webhook’s id.') })
const url = z.string().max(2_000, { error: 'must have at most 2,000 characters' }).describe('An https address.')
const types = z
  .array(z.enum(webhookTypes as [string, ...string[]], { error: 'is no type of event' }))
  .max(webhookTypes.length)
  .transform((given) => [...new Set(given)])
  .describe('Which events it gets; none said: all.')

interface Calling {
  principal: Principal
  reach: Reach
}

export function webhookRoutes(services: WebhookServices): ApiRoute[] {
  return [...collection(services), ...single(services), ...secrets(services)]
}

function collection({ db, targets, secrets: sealing, findOrganization }: WebhookServices): ApiRoute[] {
  return [
    apiRoute({
      method: 'GET',
      path: '/v1/webhooks',
      summary: 'List webhooks',
      access: 'webhooks:read',
      query: z.strictObject({
        ...listParameters,
        organization_id: z.string().optional().describe('Those of this organization.'),
        status: z
          .enum(endpointStatuses, { error: `must be ${endpointStatuses.join(', ')}` })
          .optional()
          .describe('`failing`: the last delivery did not come through. `disabled`: nothing is sent there.'),
      }),
      answer: { status: 200, body: listSchema(endpointSchema) },
      async handle({ query: { organization_id: organizationId, status, limit, cursor }, principal, reach }) {
        const own = [...principal.organizations.keys()].filter((id) => administers(principal, reach, id))
        const among = reach === 'everything' ? null : own
        const rows = await listEndpoints(db, { among, organizationId, status, limit, cursor })
        return { status: 200, body: listPage(rows, limit, shown) }
      },
    }),
    apiRoute({
      method: 'POST',
      path: '/v1/webhooks',
      summary: 'Make a webhook; its secret is in this answer only',
      access: 'webhooks:write',
      creates: true,
      body: z.strictObject({
        name: displayName,
        url,
        types: types.default([]),
        organization_id: z
          .string()
          .nullable()
          .optional()
          .describe('Whose events it gets: the calling credential’s own organization unless said; null: everybody’s.'),
      }),
      answer: { status: 201, body: newEndpointSchema },
      problems: ['forbidden', 'not_found', 'conflict'],
      async handle({ body, principal, reach, context, tx }) {
        demandTarget(body.url, targets)
        const organizationId = body.organization_id === undefined ? principal.organizationId : body.organization_id
        if (body.organization_id === undefined && organizationId === null) {
          throw inputProblem({ path: '/organization_id', code: 'required', message: 'is required' })
        }
        demandOwn({ principal, reach }, organizationId)
        if (organizationId !== null && !(await findOrganization(tx, organizationId))) throw new Problem('not_found')
        const ownerId = organizationId === null && principal.kind !== 'operator' ? principal.subject : null
        const wanted = { organizationId, name: body.name, url: body.url, types: body.types, ownerId }
        const created = await createEndpoint(tx, { secrets: sealing }, wanted, context)
        if (created.outcome !== 'created') throw created.outcome === 'name_taken' ? nameTaken() : tooMany()
        const { endpoint, secret, secretId } = created
        return { status: 201, body: { ...shown(endpoint), secret }, secretId }
      },
    }),
  ]
}

function single({ db, targets }: WebhookServices): ApiRoute[] {
  return [
    apiRoute({
      method: 'GET',
      path: '/v1/webhooks/:id',
      summary: 'Get a webhook',
      access: 'webhooks:read',
      params,
      answer: { status: 200, body: endpointSchema },
      problems: ['not_found', 'forbidden'],
      async handle({ params: { id }, ...calling }) {
        return { status: 200, body: shown(demandVisible(calling, await findEndpoint(db, id))) }
      },
    }),
    apiRoute({
      method: 'PATCH',
      path: '/v1/webhooks/:id',
      summary: 'Change a webhook, or disable it; one that is enabled begins anew',
      access: 'webhooks:write',
      params,
      body: z.strictObject({
        name: displayName.optional(),
        url: url.optional(),
        types: types.optional(),
        disabled: z.boolean().optional().describe('Whether nothing is sent to it.'),
      }),
      answer: { status: 200, body: endpointSchema },
      problems: ['not_found', 'forbidden', 'conflict'],
      async handle({ params: { id }, body, context, ...calling }) {
        const endpoint = demandVisible(calling, await findEndpoint(db, id))
        if (body.url !== undefined) demandTarget(body.url, targets)
        const changed = await db.$transaction((tx) => changeEndpoint(tx, endpoint, body, context))
        if (changed.outcome !== 'done') {
          throw changed.outcome === 'name_taken' ? nameTaken() : new Problem('not_found')
        }
        return { status: 200, body: shown(changed.endpoint) }
      },
    }),
    apiRoute({
      method: 'DELETE',
      path: '/v1/webhooks/:id',
      summary: 'Delete a webhook, with what was delivered to it',
      access: 'webhooks:write',
      params,
      answer: { status: 204, body: null },
      problems: ['not_found', 'forbidden'],
      async handle({ params: { id }, context, ...calling }) {
        demandVisible(calling, await findEndpoint(db, id))
        const deleted = await db.$transaction((tx) => deleteEndpoint(tx, id, context))
        if (deleted === 'not_found') throw new Problem('not_found')
        return { status: 204, body: undefined }
      },
    }),
  ]
}

function secrets({ db, secrets: sealing }: WebhookServices): ApiRoute[] {
  return [
    apiRoute({
      method: 'POST',
      path: '/v1/webhooks/:id/rotate-secret',
      summary: 'Give a webhook a new secret; for a grace the last one signs, too',
      access: 'webhooks:write',
      params,
      body: z.strictObject({
        grace_period: z
          .int({ error: `must be a whole number of seconds from 0 to ${MAX_GRACE_SECONDS}` })
          .min(0, { error: `must be a whole number of seconds from 0 to ${MAX_GRACE_SECONDS}` })
          .max(MAX_GRACE_SECONDS, { error: `must be a whole number of seconds from 0 to ${MAX_GRACE_SECONDS}` })
          .default(DEFAULT_GRACE_SECONDS),
      }),
      creates: true,
      answer: { status: 200, body: rotatedSchema },
      problems: ['not_found', 'forbidden'],
      async handle({ params: { id }, body: { grace_period: graceSeconds }, context, tx, ...calling }) {
        demandVisible(calling, await findEndpoint(db, id))
        const rotated = await rotateSecret(tx, { secrets: sealing }, id, graceSeconds, context)
        if (!rotated) throw new Problem('not_found')
        const { secret, secretId, oldSecretEndsAt } = rotated
        return { status: 200, body: { secret, old_secret_expires_at: time(oldSecretEndsAt) }, secretId }
      },
    }),
  ]
}

/** Addresses of webhooks may hold secrets of their receivers, so plain members don't see them. @throws {Problem} */
export function demandVisible({ principal, reach }: Calling, endpoint: WebhookEndpoint | null): WebhookEndpoint {
  if (!endpoint) throw new Problem('not_found')
  if (endpoint.organizationId === null && reach !== 'everything') throw new Problem('not_found')
  demandOwn({ principal, reach }, endpoint.organizationId)
  return endpoint
}

/** @throws {Problem} `not_found` for what isn't the caller's, `forbidden` for a plain member */
function demandOwn({ principal, reach }: Calling, organizationId: string | null): void {
  if (reach === 'everything') return
  if (organizationId === null) {
    throw new Problem('forbidden', {
      detail:
        'Everybody’s events are for an administrator of the platform, with a credential that has admin:webhooks:write.',
    })
  }
  if (!reaches(principal, reach, organizationId)) throw new Problem('not_found')
  if (administers(principal, reach, organizationId)) return
  throw new Problem('forbidden', { detail: 'Webhooks are for owners and admins of the organization.' })
}

function demandTarget(given: string, rules: WebhookServices['targets']): void {
  const fault = targetFault(given, rules)
  if (fault !== null) throw inputProblem({ path: '/url', code: 'refused_address', message: fault })
}

function nameTaken(): Problem {
  return new Problem('conflict', {
    detail: 'There is a webhook of this name.',
    errors: [{ path: '/name', code: 'taken', message: 'is the name of another webhook' }],
  })
}

const tooMany = () =>
  new Problem('conflict', { detail: `There are at most ${MOST_ENDPOINTS} webhooks: delete one first.` })
