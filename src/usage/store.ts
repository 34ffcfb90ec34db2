/** The rows of usage: written for all credentials in one statement, read for charts and exports. */
import type { Pool } from 'pg'
import type { Batch, Need } from './gathered.ts'

/**
 * Everything that was gathered, in one round trip and one transaction. Raw, since Prisma would send a statement for each row.
 *
 * Nodes write the same rows at the same moment, so they lock them in one order: usage by its primary key, then counters,
 * which wait for usage to be done. Rows of secrets are never waited for, since a rotation may hold them and want another:
 * who is busy is named, to be tried again. Times only move forward, and only by `step`, whichever node wrote last.
 */
const statement = `WITH
  u AS (
    INSERT INTO usage AS old (hour, kind, credential_id, organization_id, route, allowed, limited, denied, cost)
    SELECT * FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[], $5::text[],
      $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[]) AS new (hour, kind, credential_id, organization_id, route)
    ORDER BY credential_id, hour, kind, route, organization_id
    ON CONFLICT (credential_id, hour, kind, route, organization_id) DO UPDATE SET allowed = old.allowed + excluded.allowed,
      limited = old.limited + excluded.limited, denied = old.denied + excluded.denied, cost = old.cost + excluded.cost
    RETURNING 1),
  c AS (
    INSERT INTO limit_counters AS old (subject, minutes, burst_debt, at)
    SELECT * FROM unnest($10::text[], $11::bytea[], $12::float8[], $13::timestamptz[]) AS new (subject)
    WHERE (SELECT count(*) FROM u) >= 0 ORDER BY subject
    ON CONFLICT (subject) DO UPDATE SET minutes = excluded.minutes, burst_debt = excluded.burst_debt, at = excluded.at
      WHERE old.at <= excluded.at),
  used AS (SELECT * FROM unnest($14::text[], $15::timestamptz[]) AS used (secret_id, at)),
  later AS (
    SELECT s.id, used.at FROM used JOIN api_key_secrets s ON s.id = used.secret_id
    WHERE s.last_used_at IS NULL OR s.last_used_at <= used.at - $16::interval),
  ready AS (
    SELECT later.* FROM later JOIN api_key_secrets s ON s.id = later.id FOR NO KEY UPDATE OF s SKIP LOCKED),
  s AS (
    UPDATE api_key_secrets s SET last_used_at = ready.at FROM ready WHERE s.id = ready.id)
  SELECT coalesce(array_agg(id), '{}') AS busy FROM (SELECT id FROM later EXCEPT SELECT id FROM ready) AS busy`

/** @returns the secrets whose last use could not be written now, since somebody is changing them */
export async function writeBatch(
  pool: Pool,
  { usage, uses, counters }: Omit<Batch, 'needs'>,
  stepSeconds: number,
): Promise<ReadonlySet<string>> {
  const { rows } = await pool.query<{ busy: string[] }>({
    name: 'usage-write',
    text: statement,
    values: [
      usage.map(({ hour }) => hour.toISOString()),
      usage.map(({ kind }) => kind),
      usage.map(({ credentialId }) => credentialId),
      usage.map(({ organizationId }) => organizationId),
      usage.map(({ route }) => route),
      usage.map(({ allowed }) => allowed),
      usage.map(({ limited }) => limited),
      usage.map(({ denied }) => denied),
      usage.map(({ cost }) => cost),
      counters.map(({ subject }) => subject),
      counters.map(({ minutes }) => `\\x${Buffer.from(minutes).toString('hex')}`),
      counters.map(({ burstDebt }) => burstDebt),
      counters.map(({ at }) => at.toISOString()),
      uses.map(({ secretId }) => secretId),
      uses.map(({ at }) => at.toISOString()),
      `${stepSeconds} seconds`,
    ],
  })
  return new Set(rows[0]?.busy)
}

/**
 * Apart from the rest, since there is seldom anything: once a day for each scope of a key, whichever node tells it. What
 * was written for the day is not written again.
 */
export async function writeNeeds(pool: Pool, needs: readonly Need[]): Promise<void> {
  if (needs.length === 0) return
  await pool.query({
    name: 'scope-uses-write',
    text: `INSERT INTO scope_uses AS old (api_key_id, scope, last_needed_on)
      SELECT * FROM unnest($1::text[], $2::text[], $3::date[]) AS new (api_key_id, scope, last_needed_on)
      ORDER BY api_key_id, scope
      ON CONFLICT (api_key_id, scope) DO UPDATE SET last_needed_on = excluded.last_needed_on
        WHERE old.last_needed_on < excluded.last_needed_on`,
    values: [
      needs.map(({ keyId }) => keyId),
      needs.map(({ scope }) => scope),
      needs.map(({ day }) => new Date(day * 86_400_000).toISOString().slice(0, 10)),
    ],
  })
}

export interface UsageQuery {
  groupBy: 'organization' | 'key' | 'client' | 'route' | 'total'
  interval: 'hour' | 'day'
  /** Both are beginnings of intervals; `to` is not in it. */
  from: Date
  to: Date
  /** Null: of everybody. */
  organizationIds: readonly string[] | null
  /** Organizations in which a person sees no key but their own: only as a part of the whole. */
  ownKeys: { organizationIds: readonly string[]; userId: string } | null
  organizationId?: string | undefined
  keyId?: string | undefined
  clientId?: string | undefined
}

export interface UsageGroup {
  at: Date
  /** The id of an organization, key or client, or a route; empty: none. */
  id: string
  organizationId: string
  allowed: number
  limited: number
  denied: number
  cost: number
}

const groups = {
  organization: { column: 'organization_id', kind: null },
  key: { column: 'credential_id', kind: 'key' },
  client: { column: 'credential_id', kind: 'client' },
  route: { column: 'route', kind: null },
  total: { column: `''::text`, kind: null },
} as const satisfies Record<UsageQuery['groupBy'], { column: string; kind: string | null }>

const intervalMs = { hour: 3_600_000, day: 86_400_000 } as const

/** Widest stretch that is added up at once, in intervals. */
const widest = { hour: 768, day: 64 } as const

/**
 * Groups in the order newest first, then by id from the end, after `after`. Reads back in time in stretches that double
 * while they hold too few, so that the newest page costs what it shows and not what the whole time holds.
 */
export async function listUsage(
  pool: Pool,
  query: UsageQuery,
  after: Pick<UsageGroup, 'at' | 'id'> | null,
  limit: number,
): Promise<UsageGroup[]> {
  const step = intervalMs[query.interval]
  const found: UsageGroup[] = []
  let before = after ? Math.min(after.at.getTime() + step, query.to.getTime()) : query.to.getTime()
  for (let width = 1; found.length < limit; width = Math.min(width * 2, widest[query.interval])) {
    const newest = await newestHour(pool, query, new Date(before))
    if (!newest) break
    const end = Math.floor(newest.getTime() / step) * step + step
    const begin = Math.max(end - width * step, query.from.getTime())
    const stretch = { from: new Date(begin), to: new Date(Math.min(end, before)) }
    found.push(...(await addUp(pool, { ...query, ...stretch }, after, limit - found.length)))
    before = begin
  }
  return found
}

async function newestHour(pool: Pool, query: UsageQuery, before: Date): Promise<Date | null> {
  const { where, values } = conditions({ ...query, to: before })
  const { rows } = await pool.query<{ hour: Date | null }>(`SELECT max(hour) AS hour FROM usage WHERE ${where}`, values)
  return rows[0]?.hour ?? null
}

async function addUp(
  pool: Pool,
  query: UsageQuery,
  after: Pick<UsageGroup, 'at' | 'id'> | null,
  limit: number,
): Promise<UsageGroup[]> {
  const { where, values } = conditions(query)
  const bind = (value: unknown) => `$${values.push(value)}`
  const { column } = groups[query.groupBy]
  const at = `date_trunc('${query.interval}', hour, 'UTC')`
  const rest = after ? ` AND (${at}, ${column}) < (${bind(after.at)}::timestamptz, ${bind(after.id)})` : ''
  // Counts stay far below 2^53, which is what a float holds exactly.
  const { rows } = await pool.query<UsageGroup>(
    `SELECT ${at} AS at, ${column} AS id, max(organization_id) AS "organizationId", sum(allowed)::float8 AS allowed,
      sum(limited)::float8 AS limited, sum(denied)::float8 AS denied, sum(cost)::float8 AS cost
    FROM usage WHERE ${where}${rest} GROUP BY 1, 2 ORDER BY 1 DESC, 2 DESC LIMIT ${bind(limit)}`,
    values,
  )
  return rows
}

/** Groups over the whole time, those first that called most often, however it was decided. */
export async function listBusiest(pool: Pool, query: UsageQuery, limit: number): Promise<UsageGroup[]> {
  const { where, values } = conditions(query)
  const bind = (value: unknown) => `$${values.push(value)}`
  const { column } = groups[query.groupBy]
  const { rows } = await pool.query<UsageGroup>(
    `SELECT ${bind(query.from)}::timestamptz AS at, ${column} AS id, max(organization_id) AS "organizationId",
      sum(allowed)::float8 AS allowed, sum(limited)::float8 AS limited, sum(denied)::float8 AS denied,
      sum(cost)::float8 AS cost
    FROM usage WHERE ${where} GROUP BY 2 ORDER BY sum(allowed + limited + denied) DESC, 2 LIMIT ${bind(limit)}`,
    values,
  )
  return rows
}

function conditions(query: UsageQuery): { where: string; values: unknown[] } {
  const values: unknown[] = []
  const bind = (value: unknown) => `$${values.push(value)}`
  const { kind } = groups[query.groupBy]
  const { from, to, organizationIds, ownKeys, organizationId, keyId, clientId } = query
  const singlesOut = query.groupBy === 'key' || keyId !== undefined
  const parts = [
    `hour >= ${bind(from)}::timestamptz`,
    `hour < ${bind(to)}::timestamptz`,
    ...(organizationIds ? [`organization_id = ANY(${bind(organizationIds)})`] : []),
    ...(ownKeys && singlesOut
      ? [
          `(organization_id <> ALL(${bind(ownKeys.organizationIds)})
          OR credential_id IN (SELECT id FROM api_keys WHERE user_id = ${bind(ownKeys.userId)}))`,
        ]
      : []),
    ...(organizationId === undefined ? [] : [`organization_id = ${bind(organizationId)}`]),
    ...(keyId === undefined ? [] : [`credential_id = ${bind(keyId)} AND kind = 'key'`]),
    ...(clientId === undefined ? [] : [`credential_id = ${bind(clientId)} AND kind = 'client'`]),
    ...(kind ? [`kind = ${bind(kind)}`] : []),
  ]
  return { where: parts.join(' AND '), values }
}
