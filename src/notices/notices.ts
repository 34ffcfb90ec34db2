/** What people and their programs are told without having asked: looked for, written down and mailed, on every node. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import type { Log } from '../platform/log.ts'
import type { Metrics } from '../platform/metrics.ts'
import { tellOfEnds } from './ends/tell.ts'
import { tellOfLimits } from './near-limits/tell.ts'
import type { LimitWatch } from './near-limits/watch.ts'
import { gatherMail } from './mail/gather.ts'
import { sendDue, type SendCounts, type SendServices } from './mail/send.ts'
import { countWaiting } from './mail/store.ts'
import { tellOfOldSecrets } from './old-secrets/tell.ts'

export interface Notices extends AsyncDisposable {
  /** Does all that is due now: a test moves time, and calls. */
  run(): Promise<void>
  addMetrics(metrics: Metrics): void
}

export interface NoticeServices extends SendServices {
  db: Db
  clock: Clock
  log: Log
  watch: LimitWatch
}

/** Mails that follow from what somebody has just done are expected. */
const PAUSE_MS = 5_000
/** Every so many pauses it is looked for what ends: minutes don't matter there. */
const LOOK_FOR_ENDS = 12
/** What a mail server may take of the end of the process. */
const STOP_MS = 5_000

export function startNotices(services: NoticeServices): Notices {
  const { db, log } = services
  const counts: SendCounts = { sent: 0, failed: 0, dead: 0 }
  let stopping = false
  let warned = false
  let round = 0
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  const stopped = () => stopping

  /** One after the other: what is asked for while another runs is all done when it is answered. */
  function run(withEnds = true): Promise<void> {
    running = running.catch(() => undefined).then(() => look(withEnds))
    return running
  }

  async function look(withEnds: boolean): Promise<void> {
    await tellOfLimits(services, stopped)
    if (withEnds) {
      await tellOfEnds(services, stopped)
      await tellOfOldSecrets(services, stopped)
    }
    await gatherMail(services, stopped)
    await sendDue(services, counts, stopped)
  }

  function schedule(): void {
    if (stopping) return
    timer = setTimeout(() => {
      void run(round++ % LOOK_FOR_ENDS === 0)
        .then(() => void (warned = false))
        .catch((err: unknown) => {
          if (!warned) log.warn({ err }, 'notices wait; they will be tried again')
          warned = true
        })
        .finally(schedule)
    }, PAUSE_MS)
    timer.unref()
  }
  schedule()

  return {
    run: () => run(),
    addMetrics(metrics) {
      metrics.gauge('keygrant_mails_waiting', 'Things that people are yet to be mailed.', () => countWaiting(db))
      metrics.counter('keygrant_mails_total', 'Mails that follow from changes, by what became of a try.', () => [
        { labels: { outcome: 'sent' }, value: counts.sent },
        { labels: { outcome: 'failed' }, value: counts.failed },
        { labels: { outcome: 'dead' }, value: counts.dead },
      ])
    },
    async [Symbol.asyncDispose]() {
      stopping = true
      clearTimeout(timer)
      await Promise.race([running.catch(() => undefined), delay(STOP_MS, undefined, { ref: false })])
    },
  }
}
