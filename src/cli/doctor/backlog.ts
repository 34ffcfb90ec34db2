/** Is what is to be told sent in time? How much waits, and for how long what waits longest has been due. */
import { readMailBacklog } from '../../notices/mail/store.ts'
import { MAIL_PATIENCE_MS } from '../../notices/mail/kinds.ts'
import { readWebhookBacklog, WEBHOOK_PATIENCE_MS } from '../../webhooks/backlog.ts'
import type { Workbench } from '../workbench.ts'
import { ok, warn, type Finding } from './finding.ts'

export async function checkBacklogs({ db, clock }: Pick<Workbench, 'db' | 'clock'>): Promise<Finding[]> {
  const now = clock.now()
  const [webhooks, mail] = await Promise.all([readWebhookBacklog(db, now), readMailBacklog(db, now)])
  return [
    finding('webhooks: deliveries', webhooks, {
      now,
      patienceMs: WEBHOOK_PATIENCE_MS,
      remedy: 'See that the server runs; keygrant_webhook_attempts_total and its log say what comes of attempts.',
    }),
    finding('mail: queue', mail, {
      now,
      patienceMs: MAIL_PATIENCE_MS,
      remedy:
        'See that the server runs and that SMTP_URL leads to a mail server that takes mail; its log says why not.',
    }),
  ]
}

function finding(
  check: string,
  { waiting, oldest }: { waiting: number; oldest: Date | null },
  { now, patienceMs, remedy }: { now: Date; patienceMs: number; remedy: string },
): Finding {
  if (waiting === 0) return ok(check, 'none waits')
  if (oldest === null) return ok(check, `${waiting} ${waiting === 1 ? 'waits' : 'wait'}, none is due yet`)
  const ms = Math.max(0, now.getTime() - oldest.getTime())
  const detail = `${waiting} ${waiting === 1 ? 'waits' : 'wait'}, the oldest for ${spoken(ms)}`
  return ms > patienceMs ? warn(check, detail, remedy) : ok(check, detail)
}

const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const

/** In the largest unit of which it is two or more. */
function spoken(ms: number): string {
  const [unit, size] = units.find(([, length]) => ms >= 2 * length) ?? ['second', 1_000]
  const count = Math.floor(ms / size)
  return `${count} ${unit}${count === 1 ? '' : 's'}`
}
