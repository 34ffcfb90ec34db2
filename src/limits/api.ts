/** Tiers over HTTP: anyone with the scope sees them, administrators change them. */
import { z } from 'zod'
import type { Reach } from '../http/api/principal.ts'
import { listPage, listQuery, listSchema } from '../http/api/list.ts'
import { apiRoute, type ApiRoute } from '../http/api/route.ts'
import { slug, time } from '../http/api/wire.ts'
import { Problem } from '../http/problem.ts'
import type { Db } from '../platform/database.ts'
import { deleteTier } from './delete-tier.ts'
import { putTier } from './put-tier.ts'
import { tierInput, tierOutput } from './schema.ts'
import { findTier, listTierPage, type TierRow } from './store.ts'

export function tierRoutes({ db }: { db: Db }): ApiRoute[] {
  const byName = z.strictObject({ name: z.string().describe('The tier’s name.') })
  return [
    apiRoute({
      method: 'GET',
      path: '/v1/tiers',
      summary: 'List tiers',
      access: 'tiers:read',
      query: listQuery,
      answer: { status: 200, body: listSchema(tierOutput) },
      async handle({ query }) {
        const rows = await listTierPage(db, query)
        const page = listPage(
          rows.map((row) => ({ ...row, id: row.name })),
          query.limit,
          show,
        )
        return { status: 200, body: page }
      },
    }),
    apiRoute({
      method: 'GET',
      path: '/v1/tiers/:name',
      summary: 'See a tier',
      access: 'tiers:read',
      params: byName,
      answer: { status: 200, body: tierOutput },
      problems: ['not_found'],
      async handle({ params }) {
        const tier = await findTier(db, params.name)
        if (!tier) throw new Problem('not_found')
        return { status: 200, body: show(tier) }
      },
    }),
    apiRoute({
      method: 'PUT',
      path: '/v1/tiers/:name',
      summary: 'Make a tier, or change it: its keys and clients have the new limits within a second',
      access: 'tiers:write',
      params: z.strictObject({ name: slug.describe('The tier’s name; organizations, clients and keys say it.') }),
      body: tierInput,
      answer: { status: 200, body: tierOutput },
      problems: ['forbidden'],
      async handle({ params, body, reach, context }) {
        refuseOthers(reach)
        const tier = await db.$transaction((tx) => putTier(tx, params.name, body, context))
        return { status: 200, body: show(tier) }
      },
    }),
    apiRoute({
      method: 'DELETE',
      path: '/v1/tiers/:name',
      summary: 'Delete a tier that nobody uses',
      access: 'tiers:write',
      params: byName,
      answer: { status: 204, body: null },
      problems: ['forbidden', 'not_found', 'conflict'],
      async handle({ params, reach, context }) {
        refuseOthers(reach)
        const deletion = await db.$transaction((tx) => deleteTier(tx, params.name, context))
        if (deletion.result === 'not_found') throw new Problem('not_found')
        if (deletion.result === 'kept') {
          throw new Problem('conflict', {
            detail: 'New organizations have the tier free: it can be changed, not deleted.',
          })
        }
        if (deletion.result === 'in_use') {
          const { organizations, clients, keys } = deletion
          throw new Problem('conflict', {
            detail: `This tier is still used: organizations ${organizations}, clients ${clients}, API keys ${keys}. Give them another one first.`,
          })
        }
        return { status: 204, body: undefined }
      },
    }),
  ]
}

/** Tiers are the platform's: there are none that belong to an organization. */
function refuseOthers(reach: Reach): void {
  if (reach !== 'everything') {
    throw new Problem('forbidden', { detail: 'Tiers are changed by administrators, with the scope admin:tiers:write.' })
  }
}

function show({ createdAt, updatedAt, ...tier }: TierRow): z.output<typeof tierOutput> {
  const { name, hour, burst, limit_per, organization_limits } = tier
  return {
    name,
    hour,
    burst,
    limit_per,
    organization_limits,
    created_at: time(createdAt),
    updated_at: time(updatedAt),
  }
}
