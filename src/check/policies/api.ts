/** Stored policies over HTTP: what `/v1/check/@name` asks, one for each resource, under the resource's name. */
import { z } from 'zod'
import { listQuery, listSchema, pageOf } from '../../http/api/list.ts'
import type { Principal, Reach } from '../../http/api/principal.ts'
import { inputProblem } from '../../http/api/input.ts'
import { apiRoute, type ApiRoute } from '../../http/api/route.ts'
import { environment, timeOut } from '../../http/api/wire.ts'
import { Problem } from '../../http/problem.ts'
import type { Db } from '../../platform/database.ts'
import { managementName } from '../../resources/management.ts'
import { listResources } from '../../resources/store.ts'
import { visibleScopes } from '../../resources/visible.ts'
import { policyBody } from './body.ts'
import { deletePolicy } from './delete.ts'
import { putPolicy } from './put.ts'
import { findPolicy, listPolicies, type StoredPolicy } from './store.ts'

const policyOut = z
  .strictObject({
    name: z.string(),
    resource: z.string().describe('The identifier of its resource.'),
    environment,
    on_limit: z.literal(403).nullable().describe('The status of a call over a limit, in place of 429.'),
    on_outage: z.literal(403).nullable().describe('The status while the truth can’t be known, in place of 503.'),
    mode: z
      .enum(['enforce', 'observe'])
      .describe('`observe` answers 200 to everything, with the verdict in `x-auth-code`.'),
    routes: z.array(z.strictObject({ match: z.string(), scopes: z.array(z.string()), cost: z.int() })),
    created_at: timeOut,
    updated_at: timeOut,
  })
  .meta({ id: 'Policy' })

const params = z.strictObject({ name: z.string().describe('The name of the policy, which is its resource’s.') })

export function policyRoutes({ db }: { db: Db }): ApiRoute[] {
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
        const put = await db.$transaction((tx) => putPolicy(tx, name, body, context))
        if (put.outcome === 'not_found') {
          throw new Problem('not_found', { detail: `There is no resource ${name}: a policy has the name of one.` })
        }
        if (put.outcome === 'faulty') throw inputProblem(...put.faults)
        return { status: 200, body: show(put.policy) }
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
        const deleted = await db.$transaction((tx) => deletePolicy(tx, name, context))
        if (!deleted) throw new Problem('not_found')
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
