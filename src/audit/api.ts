/** `/v1/audit-events`: what has happened, to those who administer where it did. In pages, and whole as lines. */
import { z } from 'zod'
import { inputProblem } from '../http/api/input.ts'
import { idsParameter, listPage, listParameters, listSchema, type Cursor } from '../http/api/list.ts'
import { administers, type Principal, type Reach } from '../http/api/principal.ts'
import { apiRoute, type ApiRoute } from '../http/api/route.ts'
import { isoTime, time, timeOut } from '../http/api/wire.ts'
import type { Db } from '../platform/database.ts'
import { events } from './events.ts'
import { listAuditEvents, type AuditQuery, type ListedEvent } from './store.ts'

const filter = z.string().max(255).optional()

const parameters = {
  type: filter.describe('Of this type alone, such as `api_key.revoked`.'),
  actor_id: filter.describe('By this person, service account, client or API key alone.'),
  target_id: filter.describe('About this alone.'),
  organization_id: filter.describe('In this organization alone.'),
  from: isoTime.optional().describe('Not before then.'),
  to: isoTime.optional().describe('Before then.'),
  ids: idsParameter,
}

const auditQuery = z.strictObject({ ...parameters, ...listParameters })

const auditEventSchema = z
  .strictObject({
    id: z.string(),
    type: z.string(),
    created_at: timeOut,
    actor: z
      .strictObject({
        kind: z.string().describe('`user`, `service_account`, `client`, `api_key`, `cli` or `system`.'),
        id: z.string().nullable(),
      })
      .describe('Who did it.'),
    target: z.strictObject({ kind: z.string(), id: z.string() }).describe('What it was done to.'),
    organization_id: z.string().nullable().describe('Null: it belongs to the platform.'),
    request_id: z.string().nullable(),
    address: z.string().nullable().describe('Where the request came from; told to administrators of the platform.'),
    data: z
      .record(z.string(), z.unknown())
      .describe('What is noted of it, by its type. Neither secrets nor addresses of people.'),
  })
  .meta({ id: 'AuditEvent' })

/** Rows that an export holds in memory. */
const BLOCK = 1_000

export function auditRoutes({ db }: { db: Db }): ApiRoute[] {
  return [
    apiRoute({
      method: 'GET',
      path: '/v1/audit-events',
      summary: 'See who has changed what, and when, newest first',
      access: 'audit-events:read',
      query: auditQuery,
      answer: { status: 200, body: listSchema(auditEventSchema) },
      async handle({ query, principal, reach }) {
        const rows = await listAuditEvents(db, queryOf(query, principal, reach), query.cursor, query.limit + 1)
        return { status: 200, body: listPage(rows, query.limit, (row) => show(row, reach)) }
      },
      async lines({ query, principal, reach }) {
        const asked = queryOf(query, principal, reach)
        return blocksFrom(db, asked, reach, await listAuditEvents(db, asked, undefined, BLOCK))
      },
    }),
  ]
}

async function* blocksFrom(
  db: Db,
  query: AuditQuery,
  reach: Reach,
  first: readonly ListedEvent[],
): AsyncGenerator<readonly object[]> {
  let rows = first
  for (;;) {
    yield rows.map((row) => show(row, reach))
    const last: Cursor | undefined = rows.at(-1)
    if (!last || rows.length < BLOCK) return
    rows = await listAuditEvents(db, query, last, BLOCK)
  }
}

function queryOf(query: z.output<typeof auditQuery>, principal: Principal, reach: Reach): AuditQuery {
  const from = query.from === undefined ? undefined : new Date(query.from)
  const to = query.to === undefined ? undefined : new Date(query.to)
  if (from && to && from >= to) throw inputProblem({ path: 'to', code: 'invalid', message: 'must be after from' })
  return {
    type: query.type,
    actorId: query.actor_id,
    targetId: query.target_id,
    organizationId: query.organization_id,
    ids: query.ids,
    from,
    to,
    // What everybody in an organization does is for those who administer it.
    organizationIds:
      reach === 'everything'
        ? null
        : [...principal.organizations.keys()].filter((id) => administers(principal, reach, id)),
  }
}

/** Whoever isn't of the platform learns neither from where people came, nor who sat at its host. */
function show(row: ListedEvent, reach: Reach): z.output<typeof auditEventSchema> {
  const whole = reach === 'everything'
  return {
    id: row.id,
    type: row.type,
    created_at: time(row.createdAt),
    actor: { kind: row.actorKind, id: whole || row.actorKind !== 'cli' ? row.actorId : null },
    target: { kind: row.targetKind, id: row.targetId },
    organization_id: row.organizationId,
    request_id: row.requestId,
    address: whole ? row.address : null,
    data: withoutPersonal(row.type, row.data),
  }
}

/** They are left out when a row is written; a row may be older than the mark on its field. */
function withoutPersonal(type: string, data: ListedEvent['data']): ListedEvent['data'] {
  const { personal = [] } = (events as Readonly<Record<string, { personal: readonly string[] }>>)[type] ?? {}
  return Object.fromEntries(Object.entries(data).filter(([name]) => !personal.includes(name)))
}
