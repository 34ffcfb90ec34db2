/**
 * `npm run bench:notices`: 100,000 keys that end in one night, told to webhooks' outbox and by mail: how long it takes, and how
 * much memory. Their organizations have two admins each, or there is one for all (`--organizations 1`).
 */
import { parseArgs } from 'node:util'
import { createViews } from '../src/http/views.ts'
import { tellOfEnds } from '../src/notices/ends/tell.ts'
import { gatherMail } from '../src/notices/mail/gather.ts'
import { sendDue } from '../src/notices/mail/send.ts'
import { connect } from '../src/platform/database-connection.ts'
import { openDatabase } from '../src/platform/database.ts'
import { createLog } from '../src/platform/log.ts'
import { migrate } from '../src/platform/migrate.ts'
import { openPostgres } from './support/postgres.ts'

const { values } = parseArgs({
  options: { keys: { type: 'string', default: '100000' }, organizations: { type: 'string', default: '1000' } },
})
const [keys, organizations] = [Number(values.keys), Number(values.organizations)]

const night = new Date('2027-03-01T22:00:00Z')

/** By key number: its organization, and an end within eight hours. */
const statements = [
  `INSERT INTO organizations (id, name, updated_at) SELECT 'org_' || n, 'Customer ' || n, now() FROM generate_series(1, ${organizations}) n`,
  `INSERT INTO users (id, email, email_key, email_verified_at, updated_at)
    SELECT 'usr_' || n, 'admin-' || n || '@example.com', 'admin-' || n || '@example.com', now(), now() FROM generate_series(1, ${2 * organizations}) n`,
  `INSERT INTO memberships (organization_id, user_id, role)
    SELECT 'org_' || (n + 1) / 2, 'usr_' || n, 'admin' FROM generate_series(1, ${2 * organizations}) n`,
  `INSERT INTO service_accounts (id, organization_id, name, updated_at) SELECT 'svc_' || n, 'org_' || n, 'default', now() FROM generate_series(1, ${organizations}) n`,
  `INSERT INTO api_keys (id, organization_id, service_account_id, name, scopes, allowed_ips, grantable_scopes, expires_at, created_at, updated_at)
    SELECT 'key_' || n, 'org_' || o, 'svc_' || o, 'Key ' || n, '{reports:read}', '{}', '{}',
      '${night.toISOString()}'::timestamptz + n % 28800 * interval '1 second', '${night.toISOString()}'::timestamptz - interval '90 days', '${night.toISOString()}'::timestamptz - interval '3 days'
    FROM generate_series(1, ${keys}) n, LATERAL (SELECT n % ${organizations} + 1 AS o) org`,
  `INSERT INTO api_key_secrets (id, api_key_id, digest, hint, created_at, expires_at)
    SELECT 'sec_' || id, id, sha256(id::bytea), 'abcd', created_at, expires_at FROM api_keys`,
]

await using postgres = await openPostgres()
const url = await postgres.createDatabase()
const log = createLog('silent')
await migrate({ url, log })
{
  await using client = await connect(url, 'bench')
  for (const statement of statements) await client.query(statement)
  await client.query('ANALYZE')
}

let now = new Date(night.getTime() - 3 * 86_400_000)
const clock = { now: () => now }
const { prisma: db, ...database } = openDatabase({ url, poolSize: 4, log })
const views = createViews({ platform: { name: 'Northwind', supportEmail: 'help@example.com' }, mode: 'production' })
let mails = 0
const mail = { tryOnce: () => Promise.resolve(void (mails += 1)) }
const services = { db, clock, log, mail, views, publicUrl: 'https://id.example.com' }
const never = () => false

let peak = 0
const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 20)
globalThis.gc?.()
console.log(`${keys} keys of ${organizations} organizations; ${megabytes(process.memoryUsage.rss())} before`)

await measured('worked out when each is told of', () => tellOfEnds(services, never))
now = new Date(night.getTime() - 20 * 3_600_000)
await measured('told that they end within a day', () => tellOfEnds(services, never))
await measured('looked up who is mailed', () => gatherMail(services, never))
now = new Date(now.getTime() + 120_000)
await measured('mailed', () => sendDue(services, { sent: 0, failed: 0, dead: 0 }, never))
now = new Date(night.getTime() + 9 * 3_600_000)
await measured('told that they have ended', () => tellOfEnds(services, never))
await measured('looked up who is mailed', () => gatherMail(services, never))
now = new Date(now.getTime() + 120_000)
await measured('mailed', () => sendDue(services, { sent: 0, failed: 0, dead: 0 }, never))
clearInterval(watch)
const [counted] = await db.$queryRaw<{ events: number }[]>`
  SELECT count(*)::int AS events FROM outbox_events WHERE type IN ('api_key.expiring', 'api_key.expired')`
const waiting = await db.queuedMail.count({ where: { sentAt: null } })
console.log(`${counted?.events} events, ${mails} mails, ${waiting} not mailed; at most ${megabytes(peak)}`)
await database[Symbol.asyncDispose]()

async function measured(what: string, work: () => Promise<unknown>): Promise<void> {
  const began = performance.now()
  await work()
  const seconds = ((performance.now() - began) / 1_000).toFixed(1)
  console.log(`${seconds.padStart(7)} s  ${what}; ${megabytes(process.memoryUsage.rss())}`)
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1_048_576)} MB`
}
