/** What checks are measured on: a database with so many API keys, and what they are asked for. */
import type { Client } from 'pg'
import { hintOf } from '../../src/api-keys/format.ts'
import { systemClock as clock } from '../../src/platform/clock.ts'
import { connect } from '../../src/platform/database-connection.ts'
import { openDatabase } from '../../src/platform/database.ts'
import { newId } from '../../src/platform/ids.ts'
import { createLog } from '../../src/platform/log.ts'
import { migrate } from '../../src/platform/migrate.ts'
import { createSecrets } from '../../src/platform/secrets.ts'
import { addResources, secretKey } from './keygrant.ts'
import { keyOf } from './keys.ts'
import { reports, type ProtectedApi } from './target.ts'

/** Measured for longer than a token usually lives. */
const lifetime = 86_400
const reportsForChecks: ProtectedApi = { ...reports, lifetime }
const exports: ProtectedApi = {
  name: 'exports',
  identifier: 'https://api.example.com/exports',
  scope: 'exports:run',
  format: 'opaque',
  lifetime,
}
export const checkedApis = { jwt: reportsForChecks, opaque: exports }

/** Both policies are counted, and nobody reaches either: what is measured is the counting. */
export const boundlessTier = 'bench'

/** The platform's gateway, which may ask about everybody's credentials. */
export const gatewayKey = keyOf('gateway', 0)

const keysPerOrganization = 100
const keysAtOnce = 10_000
const secrets = createSecrets([secretKey])

/** Migrates an empty database and fills it. Key number n is `keyOf('stored', n)`. */
export async function prepareCheckData(databaseUrl: string, keys: number): Promise<void> {
  const log = createLog('warn')
  await migrate({ url: databaseUrl, log })
  await using database = openDatabase({ url: databaseUrl, poolSize: 2, log })
  await addResources(database.prisma, Object.values(checkedApis))
  await using client = await connect(databaseUrl, 'bench')
  await client.query(
    `INSERT INTO tiers (name, hour, burst_size, burst_refill_per_second, updated_at) VALUES ($1, 2000000000, 1000000, 1000000, now())`,
    [boundlessTier],
  )
  await client.query(
    `INSERT INTO policies (name, resource_id, routes, updated_at) SELECT name, id, $1, now() FROM resources WHERE name = $2`,
    [JSON.stringify([{ match: 'GET /v1/reports/**', scopes: [reports.scope], cost: 1 }]), reports.name],
  )
  await addGateway(client)
  for (let begin = 0; begin < keys; begin += keysAtOnce)
    await addKeys(client, begin, Math.min(keys, begin + keysAtOnce))
  await client.query('VACUUM ANALYZE')
}

/** Of the base that only SELECTs: the same keys, in a table of two columns. */
export async function addSubjects(databaseUrl: string): Promise<void> {
  await using client = await connect(databaseUrl, 'bench')
  await client.query('CREATE TABLE bench_subjects (digest bytea PRIMARY KEY, subject text NOT NULL)')
  await client.query('INSERT INTO bench_subjects SELECT digest, api_key_id FROM api_key_secrets')
  await client.query('VACUUM ANALYZE bench_subjects')
}

async function addGateway(client: Client): Promise<void> {
  const [organization, account, key] = [newId('org', clock), newId('svc', clock), newId('key', clock)]
  await client.query(`INSERT INTO organizations (id, name, tier, updated_at) VALUES ($1, 'Platform', $2, now())`, [
    organization,
    boundlessTier,
  ])
  await client.query(
    `INSERT INTO service_accounts (id, organization_id, name, administrator, updated_at) VALUES ($1, $2, 'gateway', true, now())`,
    [account, organization],
  )
  await client.query(
    `INSERT INTO api_keys (id, organization_id, service_account_id, name, scopes, grantable_scopes, allowed_ips, expires_at, updated_at)
      VALUES ($1, $2, $3, 'gateway', '{keys:verify,admin:keys:verify,keys:write,admin:keys:write,admin:grants:write}', '{}', '{}', now() + interval '90 days', now())`,
    [key, organization, account],
  )
  await client.query(
    `INSERT INTO api_key_secrets (id, api_key_id, digest, hint, expires_at) VALUES ($1, $2, $3, $4, now() + interval '90 days')`,
    [newId('sec', clock), key, secrets.digest('api_key', gatewayKey), hintOf(gatewayKey)],
  )
}

/** Keys of service accounts, a hundred to an organization. Their digests are made here: only we have the key for them. */
async function addKeys(client: Client, begin: number, end: number): Promise<void> {
  const numbers = Array.from({ length: end - begin }, (_, index) => begin + index)
  const organizations = numbers.filter((number) => number % keysPerOrganization === 0).map(() => newId('org', clock))
  const accounts = organizations.map(() => newId('svc', clock))
  const keys = numbers.map((number) => keyOf('stored', number))
  await client.query(
    `WITH organization AS (
      INSERT INTO organizations (id, name, tier, updated_at)
        SELECT id, 'Customer ' || id, $1, now() FROM unnest($2::text[]) AS id),
    account AS (
      INSERT INTO service_accounts (id, organization_id, name, updated_at)
        SELECT account, organization, 'backend', now() FROM unnest($2::text[], $3::text[]) AS pair(organization, account)),
    key AS (
      INSERT INTO api_keys (id, organization_id, service_account_id, name, scopes, grantable_scopes, allowed_ips, expires_at, updated_at)
        SELECT id, ($2::text[])[(place - 1) / ${keysPerOrganization} + 1], ($3::text[])[(place - 1) / ${keysPerOrganization} + 1],
          'Key ' || place, ARRAY[$4], '{}', '{}', now() + interval '90 days', now()
        FROM unnest($5::text[]) WITH ORDINALITY AS one(id, place))
    INSERT INTO api_key_secrets (id, api_key_id, digest, hint, expires_at)
      SELECT id, api_key_id, digest, hint, now() + interval '90 days'
      FROM unnest($6::text[], $5::text[], $7::bytea[], $8::text[]) AS one(id, api_key_id, digest, hint)`,
    [
      boundlessTier,
      organizations,
      accounts,
      reports.scope,
      numbers.map(() => newId('key', clock)),
      numbers.map(() => newId('sec', clock)),
      keys.map((key) => secrets.digest('api_key', key)),
      keys.map(hintOf),
    ],
  )
}

/** The id of key number n. */
export async function keyIdOf(client: Client, number: number): Promise<string> {
  const { rows } = await client.query<{ id: string }>(
    'SELECT api_key_id AS id FROM api_key_secrets WHERE digest = $1',
    [secrets.digest('api_key', keyOf('stored', number))],
  )
  if (!rows[0]) throw new Error(`key number ${number} is not stored`)
  return rows[0].id
}
