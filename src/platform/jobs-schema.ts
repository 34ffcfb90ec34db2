/** The queue's own tables, in a schema of their own: they come with the migrations, so that a start finds them. */
import type pg from 'pg'
import manifest from 'pg-boss/package.json' with { type: 'json' }
import { getConstructionPlans, getMigrationPlans } from 'pg-boss'

export const JOBS_SCHEMA = 'keygrant_jobs'

/** Of the tables that the library of this version works with. */
const wanted: number = manifest.pgboss.schema

/** A newer version's tables are left alone: its nodes are being rolled out. @returns null where there are none */
export async function jobsSchemaVersion(client: pg.Client): Promise<number | null> {
  const { rows: tables } = await client.query<{ there: boolean }>(
    `SELECT to_regclass('${JOBS_SCHEMA}.version') IS NOT NULL AS there`,
  )
  if (tables[0]?.there !== true) return null
  const { rows } = await client.query<{ version: number }>(`SELECT version FROM ${JOBS_SCHEMA}.version`)
  return rows[0]?.version ?? null
}

export const isJobsSchemaCurrent = (version: number | null): boolean => version !== null && version >= wanted

/** Each is one transaction, and whoever comes second finds it done. */
export async function migrateJobsSchema(client: pg.Client): Promise<void> {
  const version = await jobsSchemaVersion(client)
  if (isJobsSchemaCurrent(version)) return
  await client.query(version === null ? getConstructionPlans(JOBS_SCHEMA) : getMigrationPlans(JOBS_SCHEMA, version))
}
