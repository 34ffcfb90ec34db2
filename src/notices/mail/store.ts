/** The rows of what is to be mailed. Raw, since batches are written and taken by what other rows say. */
import type { Db, Tx } from '../../platform/database.ts'
import type { Bundle, MailChoice, MailKind } from './kinds.ts'

export interface WaitingEvent {
  id: string
  type: string
  organizationId: string | null
  data: Record<string, unknown>
}

/** Asked before a transaction is begun, since mostly there is none. */
export async function isAnyWaiting(db: Db): Promise<boolean> {
  return (await db.outboxEvent.findFirst({ where: { mailWaits: true }, select: { id: true } })) !== null
}

/** Those that nobody has looked at, looked at now. What another node takes is skipped. */
export async function takeEvents(tx: Tx, limit: number): Promise<WaitingEvent[]> {
  return tx.$queryRaw<WaitingEvent[]>`
    UPDATE outbox_events SET mail_waits = false
    WHERE id IN (SELECT id FROM outbox_events WHERE mail_waits ORDER BY at LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    RETURNING id, type, organization_id AS "organizationId", data`
}

/** What is told, and to whom, by the names of columns. */
export interface QueuedItem {
  kind: MailKind
  bundle: Bundle
  choice: MailChoice | null
  about: string
  data: Record<string, unknown>
  due_at: Date
  dies_at: Date
  pace_seconds: number
  /** Its owners and admins; null: none. */
  organization_id: string | null
  /** The person whom it acts for, while they are a member; null: none. */
  key_id: string | null
  user_id: string | null
  /** Of the platform. */
  administrators: boolean
}

/**
 * For everybody whom it concerns, wants it and has shown that their address is theirs; nobody is told twice. One statement,
 * whatever their number: no list of people is held in memory.
 */
export async function queueForAll(tx: Tx, items: readonly QueuedItem[], now: Date): Promise<void> {
  const at = now.toISOString()
  await tx.$executeRaw`
    WITH items AS (
      SELECT * FROM json_to_recordset(${JSON.stringify(items)}::json) AS r(kind text, bundle text, choice text, about text,
        data jsonb, due_at timestamptz, dies_at timestamptz, pace_seconds int, organization_id text, key_id text,
        user_id text, administrators boolean)
    ), addressees AS (
      SELECT i.about, m.user_id FROM items i
        JOIN memberships m ON m.organization_id = i.organization_id AND m.role IN ('owner', 'admin')
      UNION
      SELECT i.about, k.user_id FROM items i JOIN api_keys k ON k.id = i.key_id
        JOIN memberships m ON m.organization_id = k.organization_id AND m.user_id = k.user_id
      UNION
      SELECT i.about, i.user_id FROM items i WHERE i.user_id IS NOT NULL
      UNION
      SELECT i.about, u.id FROM items i JOIN users u ON u.administrator WHERE i.administrators
    )
    INSERT INTO queued_mails (user_id, kind, bundle, about, choice, data, created_at, due_at, dies_at)
    SELECT u.id, i.kind, i.bundle, i.about, i.choice, i.data, ${at}::timestamptz, greatest(i.due_at, paced.at), i.dies_at
    FROM addressees a
    JOIN items i ON i.about = a.about
    JOIN users u ON u.id = a.user_id
    LEFT JOIN LATERAL (
      SELECT max(q.sent_at) + make_interval(secs => i.pace_seconds) AS at FROM queued_mails q
      WHERE i.pace_seconds > 0 AND q.user_id = u.id AND q.bundle = i.bundle
        AND q.sent_at > ${at}::timestamptz - make_interval(secs => i.pace_seconds)
    ) paced ON true
    WHERE u.disabled_at IS NULL AND u.email_verified_at IS NOT NULL
      AND (i.choice IS NULL OR i.choice <> ALL(coalesce(u.muted_mail, '{}')))
    ON CONFLICT DO NOTHING`
}

/** Each a mail of its own, whatever the person has switched off. */
export async function queueAlone(
  tx: Tx,
  rows: readonly { user_id: string; address: string | null; about: string; data: object }[],
  { kind, now, diesAt }: { kind: MailKind; now: Date; diesAt: Date },
): Promise<void> {
  const at = now.toISOString()
  await tx.$executeRaw`
    INSERT INTO queued_mails (user_id, address, kind, bundle, about, data, created_at, due_at, dies_at)
    SELECT user_id, address, ${kind}, 'alone', about, data, ${at}::timestamptz, ${at}::timestamptz,
      ${diesAt.toISOString()}::timestamptz
    FROM json_to_recordset(${JSON.stringify(rows)}::json) AS r(user_id text, address text, about text, data jsonb)`
}

// ── Sending ──────────────────────────────────────────────────────────────────────────────────────────────────────

export interface Waiting {
  id: bigint
  userId: string
  bundle: Bundle
}

/** Whose mail is due first, but for these people's, which are being claimed elsewhere. */
export async function findDue(db: Db | Tx, now: Date, except: readonly string[]): Promise<Waiting | null> {
  const at = now.toISOString()
  const [row] = await db.$queryRaw<Waiting[]>`
    SELECT id, user_id AS "userId", bundle FROM queued_mails
    WHERE due_at <= ${at}::timestamptz AND (lease_ends_at IS NULL OR lease_ends_at <= ${at}::timestamptz)
      AND user_id <> ALL(${[...except]}::text[])
    ORDER BY due_at LIMIT 1`
  return row ?? null
}

/** False while another node, or another worker here, claims what is for the same person. Ends with the transaction. */
export async function lockPerson(tx: Tx, userId: string): Promise<boolean> {
  const [row] = await tx.$queryRaw<{ free: boolean }[]>`
    SELECT pg_try_advisory_xact_lock(hashtextextended(${`mail ${userId}`}, 0)) AS free`
  return row?.free === true
}

/** Whether a node is sending them something of this bundle just now, or is still putting it together. */
export async function isBeingSent(tx: Tx, { userId, bundle }: Waiting, now: Date): Promise<boolean> {
  if (bundle === 'alone') return false
  const rows = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM queued_mails WHERE user_id = ${userId} AND bundle = ${bundle} AND sent_at IS NULL
      AND due_at IS NOT NULL AND lease_ends_at > ${now.toISOString()}::timestamptz LIMIT 1`
  return rows.length > 0
}

/** Rows of one statement, so that it ends in time for somebody to whom a hundred thousand are due. */
const CHUNK = 5_000

/**
 * Makes one mail of what is due in a bundle, so much at a time. What waits in a prompt one for its pace comes along: whoever is
 * written to anyway is told all. @returns whether there may be more
 */
export async function claimBundle(
  db: Db | Tx,
  { id, userId, bundle }: Waiting,
  { mailId, now, leaseEndsAt }: { mailId: string; now: Date; leaseEndsAt: Date },
): Promise<boolean> {
  const at = now.toISOString()
  const claimed = await db.$executeRaw`
    UPDATE queued_mails SET mail_id = ${mailId}, lease_ends_at = ${leaseEndsAt.toISOString()}::timestamptz
    WHERE id IN (
      SELECT id FROM queued_mails
      WHERE user_id = ${userId} AND bundle = ${bundle} AND (bundle <> 'alone' OR id = ${id}) AND sent_at IS NULL
        AND (due_at <= ${at}::timestamptz OR (bundle = 'prompt' AND due_at IS NOT NULL))
        AND (lease_ends_at IS NULL OR lease_ends_at <= ${at}::timestamptz) LIMIT ${CHUNK})`
  return claimed === CHUNK
}

/** What is true no more, or not wanted any more, is told to nobody. */
export async function dropStale(db: Db, mailId: string): Promise<void> {
  await db.$executeRaw`
    DELETE FROM queued_mails q USING users u
    WHERE q.mail_id = ${mailId} AND u.id = q.user_id
      AND (q.choice = ANY(coalesce(u.muted_mail, '{}')) OR (u.disabled_at IS NOT NULL AND q.choice IS NOT NULL))`
  await db.$executeRaw`
    DELETE FROM queued_mails q
    WHERE q.mail_id = ${mailId} AND q.kind IN ('key-expiring', 'key-expiring-soon', 'key-expired')
      AND NOT EXISTS (SELECT 1 FROM api_keys k WHERE k.id = q.data->>'id' AND k.revoked_at IS NULL
        AND k.expires_at = (q.data->>'expires_at')::timestamptz)`
  await db.$executeRaw`
    DELETE FROM queued_mails q
    WHERE q.mail_id = ${mailId} AND q.kind IN ('client-secret-expiring', 'client-secret-expiring-soon')
      AND NOT EXISTS (SELECT 1 FROM client_secrets s WHERE s.id = q.data->>'secret_id'
        AND s.expires_at = (q.data->>'expires_at')::timestamptz)`
}

export interface MailRow {
  kind: MailKind
  data: Record<string, unknown>
  address: string | null
  /** Of this kind in the mail. */
  count: number
}

/** The first of each kind, since a mail that names ten thousand keys helps nobody. */
export async function listRows(db: Db | Tx, mailId: string, perKind: number): Promise<MailRow[]> {
  return db.$queryRaw<MailRow[]>`
    SELECT kind, data, address, count FROM (
      SELECT kind, data, address, count(*) OVER (PARTITION BY kind)::int AS count,
        row_number() OVER (PARTITION BY kind ORDER BY data->>'expires_at', id) AS place
      FROM queued_mails WHERE mail_id = ${mailId}
    ) AS placed WHERE place <= ${perKind} ORDER BY kind, place`
}

export async function findAddressee(
  db: Db | Tx,
  userId: string,
): Promise<{ email: string; locale: string | null; administrator: boolean } | null> {
  return db.user.findUnique({ where: { id: userId }, select: { email: true, locale: true, administrator: true } })
}

/** As apps are called now. */
export async function listClientNames(db: Db | Tx, ids: readonly string[]): Promise<{ id: string; name: string }[]> {
  return db.client.findMany({ where: { id: { in: [...ids] } }, select: { id: true, name: true } })
}

export async function markSent(db: Db, mailId: string, now: Date): Promise<void> {
  for (let marked = CHUNK; marked === CHUNK;) {
    marked = await db.$executeRaw`
      UPDATE queued_mails SET sent_at = ${now.toISOString()}::timestamptz, due_at = NULL, lease_ends_at = NULL
      WHERE id IN (SELECT id FROM queued_mails WHERE mail_id = ${mailId} AND sent_at IS NULL LIMIT ${CHUNK})`
  }
}

/** Until when to wait grows with the tries. @returns how many were given up, since they have been tried for too long, or for good */
export async function putOff(
  db: Db,
  mailId: string,
  { now, pauses, forGood }: { now: Date; pauses: readonly number[]; forGood: boolean },
): Promise<number> {
  const at = now.toISOString()
  let dead = 0
  for (let changed = CHUNK; changed === CHUNK;) {
    const [row] = await db.$queryRaw<{ changed: number; dead: number }[]>`
      WITH changed AS (
        UPDATE queued_mails SET attempts = attempts + 1, mail_id = NULL, lease_ends_at = NULL,
          due_at = CASE WHEN ${forGood} OR dies_at <= ${at}::timestamptz THEN NULL ELSE ${at}::timestamptz + make_interval(
            secs => (${[...pauses]}::int[])[least(attempts + 1, ${pauses.length})]) END
        WHERE id IN (SELECT id FROM queued_mails WHERE mail_id = ${mailId} LIMIT ${CHUNK}) RETURNING due_at
      ) SELECT count(*)::int AS changed, count(*) FILTER (WHERE due_at IS NULL)::int AS dead FROM changed`
    dead += row?.dead ?? 0
    changed = row?.changed ?? 0
  }
  return dead
}

/** How many wait, due or not. */
export async function countWaiting(db: Db): Promise<number> {
  return db.queuedMail.count({ where: { dueAt: { not: null } } })
}

/**
 * How many wait, and since when what has waited longest should have been sent: what the mail server didn't take has waited
 * all the while.
 */
export async function readMailBacklog(db: Db, now: Date): Promise<{ waiting: number; oldest: Date | null }> {
  const at = now.toISOString()
  const [row] = await db.$queryRaw<{ waiting: number; oldest: Date | null }[]>`
    SELECT count(*)::int AS waiting, min(CASE WHEN attempts > 0 THEN created_at ELSE due_at END)
      FILTER (WHERE attempts > 0 OR due_at <= ${at}::timestamptz) AS oldest
    FROM queued_mails WHERE due_at IS NOT NULL`
  return row ?? { waiting: 0, oldest: null }
}
