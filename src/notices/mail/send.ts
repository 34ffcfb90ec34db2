/**
 * Sends what waits, on every node: whoever is due first is claimed for a while, gets one mail of all that is due to them, and
 * is marked. What the mail server doesn't take is tried again for three days.
 */
import type { Clock } from '../../platform/clock.ts'
import type { Db } from '../../platform/database.ts'
import type { Log } from '../../platform/log.ts'
import { negotiateLocale } from '../../http/messages.ts'
import type { Mail } from '../../platform/mail.ts'
import { MailError } from '../../platform/mail-transport.ts'
import { randomBase62 } from '../../platform/random.ts'
import type { Views } from '../../http/views.ts'
import { choicePath, compose } from './compose.ts'
import {
  claimBundle,
  dropStale,
  findAddressee,
  findDue,
  isBeingSent,
  listClientNames,
  listRows,
  lockPerson,
  markSent,
  putOff,
  type MailRow,
  type Waiting,
} from './store.ts'

export interface SendServices {
  db: Db
  clock: Clock
  log: Log
  mail: Pick<Mail, 'tryOnce'>
  views: Pick<Views, 'renderMail'>
  /** The issuer, without a trailing slash. */
  publicUrl: string
}

export interface SendCounts {
  sent: number
  /** Tries that failed, and are repeated. */
  failed: number
  /** Given up. */
  dead: number
}

/** At once on a node: as many as the connections to the mail server. */
const AT_ONCE = 4
/** Longer than any try takes. */
const LEASE_MS = 180_000
/** How many of a kind one mail names. */
const PER_KIND = 20
/** People whom others are claiming just now. */
const MOST_PASSED_OVER = 20
/** In seconds, and then always the last. */
const PAUSES = [60, 300, 1_800, 7_200, 21_600]

/** Until nothing is due, the mail server is away, or it is to stop. */
export async function sendDue(services: SendServices, counts: SendCounts, stopped: () => boolean): Promise<void> {
  if (!(await findDue(services.db, services.clock.now(), []))) return
  let away = false
  const work = async () => {
    while (!away && !stopped()) {
      const claimed = await claim(services)
      if (!claimed) return
      if ((await sendOne(services, counts, claimed)) === 'away') away = true
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
}

async function claim({ db, clock }: SendServices): Promise<{ mailId: string; waiting: Waiting } | null> {
  const now = clock.now()
  const mailId = randomBase62(20)
  const lease = { mailId, now, leaseEndsAt: new Date(now.getTime() + LEASE_MS) }
  const claimed = await db.$transaction(async (tx) => {
    const passedOver: string[] = []
    while (passedOver.length < MOST_PASSED_OVER) {
      const waiting = await findDue(tx, now, passedOver)
      if (!waiting) return null
      if ((await lockPerson(tx, waiting.userId)) && !(await isBeingSent(tx, waiting, now))) {
        return { mailId, waiting, more: await claimBundle(tx, waiting, lease) }
      }
      passedOver.push(waiting.userId)
    }
    return null
  })
  if (!claimed) return null
  // From here on nobody else takes any of it: that it is being sent is written down.
  for (let { more } = claimed; more;) more = await claimBundle(db, claimed.waiting, lease)
  await dropStale(db, mailId)
  return claimed
}

async function sendOne(
  services: SendServices,
  counts: SendCounts,
  { mailId, waiting }: { mailId: string; waiting: Waiting },
): Promise<'done' | 'away'> {
  const { db, clock, log, mail } = services
  const rows = await listRows(db, mailId, PER_KIND)
  const person = await findAddressee(db, waiting.userId)
  const [first] = rows
  // Nothing of it was true any more, or somebody else has claimed it meanwhile.
  if (!first || !person) return 'done'
  try {
    const to = first.address ?? person.email
    const message = await messageOf(services, rows, person)
    await mail.tryOnce(mailId, { to, ...message })
    await markSent(db, mailId, clock.now())
    counts.sent += 1
    log.info({ mailId }, 'mail sent')
    return 'done'
  } catch (error) {
    const facts = error instanceof MailError ? error.facts : { err: error }
    const forGood = error instanceof MailError && error.permanent && error.facts.smtpError !== 'EAUTH'
    const dead = await putOff(db, mailId, { now: clock.now(), pauses: PAUSES, forGood })
    if (dead > 0) {
      counts.dead += 1
      log.error({ mailId, ...facts }, 'mail given up')
    } else {
      counts.failed += 1
      log.warn({ mailId, ...facts }, 'mail not sent, will be tried again')
    }
    // Without a word from the server about this one, the next would fare no better.
    return error instanceof MailError && error.facts.smtpStatus === null ? 'away' : 'done'
  }
}

async function messageOf(
  { db, views, publicUrl }: SendServices,
  rows: readonly MailRow[],
  { locale, administrator }: { locale: string | null; administrator: boolean },
) {
  const clientIds = rows.flatMap(({ data }) => (typeof data.client_id === 'string' ? [data.client_id] : []))
  const clients = clientIds.length > 0 ? await listClientNames(db, clientIds) : []
  const clientNames = new Map(clients.map(({ id, name }) => [id, name]))
  const { mail, model } = compose(rows, { publicUrl, clientNames, administrator })
  const rendered = views.renderMail(mail, model, negotiateLocale({ uiLocales: locale ?? undefined }))
  return 'choiceHref' in model && model.choiceHref !== null
    ? { ...rendered, unsubscribeUrl: `${publicUrl}${choicePath}` }
    : rendered
}
