/** Stored policies over HTTP: what `/v1/check/@name` asks, one for each resource, under the resource's name. */
import { z } from 'zod'
import { record } from '../../audit/record.ts'
import { listQuery, listSchema, pageOf } from '../../http/api/list.ts'
import type { Principal, Reach } from '../../http/api/principal.ts'
import { inputProblem } from '../../http/api/input.ts'
import { apiRoute, type ApiRoute } from '../../http/api/route.ts'
import { environment, timeOut } from '../../http/api/wire.ts'
import { Problem } from '../../http/problem.ts'
import { notify } from '../../platform/changes.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db } from '../../platform/database.ts'
import { managementName } from '../../resources/management.ts'
import { listResources, lockResources } from '../../resources/store.ts'
import { visibleScopes } from '../../resources/visible.ts'
import { policyBody, routeFaults } from './body.ts'
import { deletePolicy, findPolicy, listPolicies, putPolicy, type StoredPolicy } from './store.ts'

const policyOut = z.strictObject({
  name: z.string(),
  resource: z.string(),
  environment,
  on_limit: z.literal(403).nullable(),
  on_outage: z.literal(403).nullable(),
  mode: z.enum(['enforce', 'observe']),
  routes: z.array(z.strictObject({ match: z.string(), scopes: z.array(z.string()), cost: z.int() })),
  created_at: timeOut,
  updated_at: timeOut,
})

const params = z.strictObject({ name: z.string() })

export function policyRoutes({ db, clock }: { db: Db; clock: Clock }): ApiRoute[] {
  return [
    apiRoute({
      method: 'GET',
      path: '/v1/policies',
      summary: 'List the policies of the resources that the caller sees',
      access: 'policies:read',
      query: listQuery,
      answer: { status: 200, body: listSchema(policyOut) },
      async handle({ principal, reach, query }) {
        const seen = await visibleResources(db, principal, reach)
        const policies = (await listPolicies(db)).filter(({ resourceId }) => seen.has(resourceId))
        const rows = policies.map((policy) => ({ ...policy, id: policy.name }))
        return { status: 200, body: pageOf(rows, query, show) }
      },
    }),

    apiRoute({
      method: 'GET',
      path: '/v1/policies/:name',
      summary: 'Read a policy',
      access: 'policies:read',
      params,
      answer: { status: 200, body: policyOut },
      problems: ['not_found'],
      async handle({ principal, reach, params: { name } }) {
        const policy = await findPolicy(db, name)
        const seen = policy && (await visibleResources(db, principal, reach))
        if (!policy || !seen?.has(policy.resourceId)) throw new Problem('not_found')
        return { status: 200, body: show(policy) }
      },
    }),

    apiRoute({
      method: 'PUT',
      path: '/v1/policies/:name',
      summary: 'Make the policy of a resource, or replace it',
      access: 'policies:write',
      params,
      body: policyBody,
      answer: { status: 200, body: policyOut },
      problems: ['not_found', 'forbidden'],
      async handle({ reach, params: { name }, body, context }) {
        demandAdministrator(reach)
        if (name === managementName) {
          throw new Problem('forbidden', { detail: 'The management API decides by itself: it has no policy.' })
        }
        const policy = await db.$transaction(async (tx) => {
          // Its scopes stay what they are until it is written.
          await lockResources(tx)
          const resource = (await listResources(tx)).find((one) => one.name === name)
          if (!resource) {
            throw new Problem('not_found', { detail: `There is no resource ${name}: a policy has the name of one.` })
          }
          const faults = routeFaults(body.routes, resource)
          if (faults.length > 0) throw inputProblem(...faults)
          const { on_limit: onLimit, on_outage: onOutage, ...columns } = body
          const isNew = await putPolicy(
            tx,
            { ...columns, name, resourceId: resource.id, onLimit, onOutage },
            clock.now(),
          )
          const data = { resource_id: resource.id }
          await record(tx, { type: isNew ? 'policy.created' : 'policy.updated', id: name, data }, context)
          await notify(tx, { kind: 'policy', id: name })
          return findPolicy(tx, name)
        })
        if (!policy) throw new Error(`the policy ${name} was not written`)
        return { status: 200, body: show(policy) }
      },
    }),

    apiRoute({
      method: 'DELETE',
      path: '/v1/policies/:name',
      summary: 'Delete a policy: whatever asks by it is refused',
      access: 'policies:write',
      params,
      answer: { status: 204, body: null },
      problems: ['not_found', 'forbidden'],
      async handle({ reach, params: { name }, context }) {
        demandAdministrator(reach)
        await db.$transaction(async (tx) => {
          const policy = await findPolicy(tx, name)
          if (!policy || !(await deletePolicy(tx, name))) throw new Problem('not_found')
          await record(tx, { type: 'policy.deleted', id: name, data: { resource_id: policy.resourceId } }, context)
          await notify(tx, { kind: 'policy', id: name })
        })
        return { status: 204, body: undefined }
      },
    }),
  ]
}

function demandAdministrator(reach: Reach): void {
  if (reach === 'everything') return
  throw new Problem('forbidden', {
    detail: 'Changing policies is for administrators, with a credential that has admin:policies:write.',
  })
}

async function visibleResources(db: Db, principal: Principal, reach: Reach): Promise<Set<string>> {
  const resources = await listResources(db)
  return new Set(resources.filter((one) => visibleScopes(principal, reach, one) !== null).map(({ id }) => id))
}

function show(policy: StoredPolicy): z.input<typeof policyOut> {
  return {
    name: policy.name,
    resource: policy.resource,
    environment: policy.environment,
    on_limit: policy.onLimit,
    on_outage: policy.onOutage,
    mode: policy.mode,
    routes: policy.routes.map(({ match, scopes, cost }) => ({ match, scopes: [...scopes], cost })),
    created_at: policy.createdAt.toISOString(),
    updated_at: policy.updatedAt.toISOString(),
  }
}
