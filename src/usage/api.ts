/** Usage over HTTP: decisions by organization, key, client or route, for charts in pages and whole as lines. */
import type { Pool } from 'pg'
import { z } from 'zod'
import { inputProblem } from '../http/api/input.ts'
import { listPage, listParameters, listSchema } from '../http/api/list.ts'
import { administers, type Principal, type Reach } from '../http/api/principal.ts'
import { apiRoute, type ApiRoute } from '../http/api/route.ts'
import { isoTime, time, timeOut } from '../http/api/wire.ts'
import { day, hour, type Clock } from '../platform/clock.ts'
import { listBusiest, listUsage, type UsageGroup, type UsageQuery } from './store.ts'

const parameters = {
  group_by: z
    .enum(['organization', 'key', 'client', 'route', 'total'], {
      error: 'must be organization, key, client, route or total',
    })
    .describe('What is counted together; `total`: everything of an interval.'),
  interval: z
    .enum(['hour', 'day', 'all'], { error: 'must be hour, day or all' })
    .default('hour')
    .describe('In UTC. `all`: the whole time as one, at most 32 days of it, the busiest first, without further pages.'),
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
const defaultSpanSeconds = { hour: day, day: 30 * day, all: 30 * day } as const

/** What is added up for a single answer. */
const longestWholeSeconds = 32 * day

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
        if (query.interval === 'all') {
          const busiest = await listBusiest(pool, asked, limit)
          return { status: 200, body: { data: busiest.map((row) => show(row, asked.groupBy)), next_cursor: null } }
        }
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
        if (query.interval === 'all') {
          return oneBlock((await listBusiest(pool, asked, query.limit)).map((row) => show(row, asked.groupBy)))
        }
        return blocksFrom(pool, asked, await listUsage(pool, asked, null, BLOCK))
      },
    }),
  ]
}

async function* oneBlock(rows: readonly object[]): AsyncGenerator<readonly object[]> {
  yield rows
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
  const step = interval === 'day' ? day : hour
  const begin = (at: Date) => new Date(Math.floor(at.getTime() / (step * 1000)) * step * 1000)
  // With the interval that is under way.
  const to = query.to === undefined ? begin(new Date(clock.now().getTime() + step * 1000)) : begin(new Date(query.to))
  const from = begin(
    query.from === undefined ? new Date(to.getTime() - defaultSpanSeconds[interval] * 1000) : new Date(query.from),
  )
  if (from >= to)
    throw inputProblem({
      path: 'to',
      code: 'invalid',
      message: `must be at least one ${step === day ? 'day' : 'hour'} after from`,
    })
  if (interval === 'all' && to.getTime() - from.getTime() > longestWholeSeconds * 1000) {
    throw inputProblem({ path: 'from', code: 'invalid', message: 'must be at most 32 days before to' })
  }
  return {
    groupBy,
    interval: step === day ? 'day' : 'hour',
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
