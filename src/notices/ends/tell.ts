/**
 * Tells of ends that come, and of those that have come. Each key knows when it is to be looked at next, so a look costs what
 * is due and not what there is; that time moves on in the transaction in which the event is written, so each notice goes out
 * once, whichever node does it.
 */
import type { Event } from '../../audit/events.ts'
import { record, systemContext } from '../../audit/record.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db, Tx } from '../../platform/database.ts'
import {
  isAnyDue,
  moveNotices,
  takeEndingKeys,
  takeEndingSecrets,
  type EndingKey,
  type EndingSecret,
  type Which,
} from './store.ts'
import { daysLeft, noticeDue } from './times.ts'

export interface EndServices {
  db: Db
  clock: Clock
  /** The issuer, without a trailing slash. */
  publicUrl: string
}

/** Some kilobytes each at most. */
const BATCH = 500
const TIMEOUT_MS = 15_000

/** Until nothing is due, or it is to stop. @returns how many were told of */
export async function tellOfEnds(services: EndServices, stopped: () => boolean, batch = BATCH): Promise<number> {
  let told = 0
  for (const [what, one] of [
    ['keys', keyBatch],
    ['secrets', secretBatch],
  ] as const) {
    for (const which of ['unseen', 'due'] as const) {
      if (!(await isAnyDue(services.db, what, which, services.clock.now()))) continue
      for (let full = true; full && !stopped();) {
        const done = await services.db.$transaction((tx) => one(tx, services, which, batch), { timeout: TIMEOUT_MS })
        told += done.told
        full = done.looked === batch
      }
    }
  }
  return told
}

interface Done {
  looked: number
  told: number
}

async function keyBatch(tx: Tx, { clock, publicUrl }: EndServices, which: Which, limit: number): Promise<Done> {
  const now = clock.now()
  const keys = await takeEndingKeys(tx, { which, now, limit })
  return settle(tx, 'keys', keys, clock, (key, tell) => eventOfKey(key, tell, now, publicUrl))
}

async function secretBatch(tx: Tx, { clock }: EndServices, which: Which, limit: number): Promise<Done> {
  const now = clock.now()
  const secrets = await takeEndingSecrets(tx, { which, now, limit })
  return settle(tx, 'secrets', secrets, clock, (secret, tell) => eventOfSecret(secret, tell, now))
}

async function settle<Row extends EndingKey | EndingSecret>(
  tx: Tx,
  what: 'keys' | 'secrets',
  rows: readonly Row[],
  clock: Clock,
  eventOf: (row: Row, tell: 'expiring' | 'expired') => Event | null,
): Promise<Done> {
  if (rows.length === 0) return { looked: 0, told: 0 }
  const now = clock.now()
  const due = rows.map((row) => ({ row, ...noticeDue(row, now) }))
  const events = due.flatMap(({ row, tell }) => (tell && !row.silent ? (eventOf(row, tell) ?? []) : []))
  if (events.length > 0) await record(tx, events, systemContext(clock))
  await moveNotices(
    tx,
    what,
    due.map(({ row: { id }, next }) => ({ id, at: next })),
  )
  return { looked: rows.length, told: events.length }
}

function eventOfKey(key: EndingKey, tell: 'expiring' | 'expired', now: Date, publicUrl: string): Event | null {
  const { id, organizationId, name, hint, environment, scopes, endsAt, lastUsedAt } = key
  if (!endsAt) return null
  const data = {
    name,
    hint,
    environment,
    scopes,
    expires_at: endsAt.toISOString(),
    last_used_at: lastUsedAt?.toISOString() ?? null,
    rotate_url: `${publicUrl}/account/keys/${id}`,
  }
  return tell === 'expired'
    ? { type: 'api_key.expired', id, organizationId, data }
    : { type: 'api_key.expiring', id, organizationId, data: { ...data, days_left: daysLeft(endsAt, now) } }
}

/** That one has ended is no event: its client has stopped to work, or has another. */
function eventOfSecret(secret: EndingSecret, tell: 'expiring' | 'expired', now: Date): Event | null {
  const { id, clientId, organizationId, name, hint, endsAt } = secret
  if (tell === 'expired' || !endsAt) return null
  const end = { expires_at: endsAt.toISOString(), days_left: daysLeft(endsAt, now) }
  return { type: 'client.secret_expiring', id: clientId, organizationId, data: { name, secret_id: id, hint, ...end } }
}
