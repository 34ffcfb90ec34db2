/** Usage over HTTP: decisions by organization, key, client or route, for charts in pages and whole as lines. */
import type { Pool } from 'pg'
import { z } from 'zod'
import { inputProblem } from '../http/api/input.ts'
import { listPage, listParameters, listSchema } from '../http/api/list.ts'
import { administers, type Principal, type Reach } from '../http/api/principal.ts'
import { apiRoute, type ApiRoute } from '../http/api/route.ts'
import { isoTime, time, timeOut } from '../http/api/wire.ts'
import { day, hour, type Clock } from '../platform/clock.ts'
import { listUsage, type UsageGroup, type UsageQuery } from './store.ts'

const parameters = {
  group_by: z
    .enum(['organization', 'key', 'client', 'route', 'total'], {
      error: 'must be organization, key, client, route or total',
    })
    .describe('What is counted together; `total`: everything of an interval.'),
  interval: z.enum(['hour', 'day'], { error: 'must be hour or day' }).default('hour').describe('In UTC.'),
  from: isoTime
    .optional()
    .describe('The interval that it is in is the first; unless said, a day before `to`, or thirty days by day.'),
  to: isoTime
    .optional()
    .describe('The interval that begins then is the first that is left out; unless said, the next.'),
  organization_id: z.string().max(255).optional().describe('Of this organization alone.'),
  key_id: z.string().max(255).optional().describe('Of this API key alone.'),
  client_id: z.string().max(255).optional().describe('Of this client alone.'),
}

const usageQuery = z.strictObject({ ...parameters, ...listParameters })

const counts = {
  allowed: z.int(),
  limited: z.int(),
  denied: z.int(),
  cost: z.int().describe('Units that were charged.'),
}

/** What it is grouped by is there; null: none. */
const usageOutput = z
  .strictObject({
    time: timeOut.describe('When the interval begins.'),
    organization_id: z.string().nullable().optional(),
    key_id: z.string().optional(),
    client_id: z.string().optional(),
    route: z.string().nullable().optional().describe('`<policy> <match>`; null: no stored policy was asked.'),
    ...counts,
  })
  .meta({ id: 'Usage' })

/** What is shown unless it is said. */
const defaultSpanSeconds = { hour: day, day: 30 * day } as const

/** Rows that an export holds in memory. */
const BLOCK = 2_000

export function usageRoutes({ pool, clock }: { pool: Pool; clock: Clock }): ApiRoute[] {
  return [
    apiRoute({
      method: 'GET',
      path: '/v1/usage',
      summary: 'See how often credentials were allowed, limited and denied; thirteen months are kept',
      access: 'usage:read',
      query: usageQuery,
      answer: { status: 200, body: listSchema(usageOutput) },
      async handle({ query, principal, reach }) {
        const { cursor, limit } = query
        const asked = queryOf(query, principal, reach, clock)
        const after = cursor ? { at: cursor.createdAt, id: cursor.id.slice(1) } : null
        const rows = await listUsage(pool, asked, after, limit + 1)
        // An id may be empty, which a cursor's may not.
        const marked = rows.map((row) => ({ ...row, createdAt: row.at, id: `=${row.id}` }))
        return {
          status: 200,
          body: listPage(marked, limit, (row) => show({ ...row, id: row.id.slice(1) }, asked.groupBy)),
        }
      },
      async lines({ query, principal, reach }) {
        const asked = queryOf(query, principal, reach, clock)
        return blocksFrom(pool, asked, await listUsage(pool, asked, null, BLOCK))
      },
    }),
  ]
}

async function* blocksFrom(
  pool: Pool,
  query: UsageQuery,
  first: readonly UsageGroup[],
): AsyncGenerator<readonly object[]> {
  let rows = first
  for (;;) {
    yield rows.map((row) => show(row, query.groupBy))
    const last = rows.at(-1)
    if (!last || rows.length < BLOCK) return
    rows = await listUsage(pool, query, last, BLOCK)
  }
}

function queryOf(query: z.output<typeof usageQuery>, principal: Principal, reach: Reach, clock: Clock): UsageQuery {
  const { group_by: groupBy, interval, organization_id: organizationId, key_id: keyId, client_id: clientId } = query
  const step = interval === 'hour' ? hour : day
  const begin = (at: Date) => new Date(Math.floor(at.getTime() / (step * 1000)) * step * 1000)
  // With the interval that is under way.
  const to = query.to === undefined ? begin(new Date(clock.now().getTime() + step * 1000)) : begin(new Date(query.to))
  const from = begin(
    query.from === undefined ? new Date(to.getTime() - defaultSpanSeconds[interval] * 1000) : new Date(query.from),
  )
  if (from >= to)
    throw inputProblem({ path: 'to', code: 'invalid', message: `must be at least one ${interval} after from` })
  return {
    groupBy,
    interval,
    from,
    to,
    organizationIds: reach === 'everything' ? null : [...principal.organizations.keys()],
    ownKeys: ownKeysOf(principal, reach),
    organizationId,
    keyId,
    clientId,
  }
}

/** Whoever sees only their own keys of an organization sees only theirs one by one. */
function ownKeysOf(principal: Principal, reach: Reach): UsageQuery['ownKeys'] {
  const organizationIds = [...principal.organizations.keys()].filter((id) => !administers(principal, reach, id))
  return organizationIds.length === 0 ? null : { organizationIds, userId: principal.subject }
}

function show(
  { at, id, organizationId, allowed, limited, denied, cost }: UsageGroup,
  groupBy: UsageQuery['groupBy'],
): z.output<typeof usageOutput> {
  const organization_id = organizationId === '' ? null : organizationId
  const group = {
    organization: { organization_id },
    key: { organization_id, key_id: id },
    client: { organization_id, client_id: id },
    route: { route: id === '' ? null : id },
    total: {},
  }[groupBy]
  return { time: time(at), ...group, allowed, limited, denied, cost }
}
