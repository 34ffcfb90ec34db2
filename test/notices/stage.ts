/** Notices with a real database, a clock that is moved by hand, and mails that are kept. */
import { startNotices, type Notices } from '../../src/notices/notices.ts'
import { createLimitWatch, type LimitWatch } from '../../src/notices/near-limits/watch.ts'
import { createViews } from '../../src/http/views.ts'
import { openDatabase, type Db } from '../../src/platform/database.ts'
import { createLog } from '../../src/platform/log.ts'
import { MailError } from '../../src/platform/mail-transport.ts'
import type { MailMessage } from '../../src/platform/mail-message.ts'
import { createSecrets } from '../../src/platform/secrets.ts'
import { addMember, addOrganization } from '../support/api.ts'
import { createTestDatabase } from '../support/database.ts'
import { addPerson, type TestPerson } from '../support/server.ts'

export const publicUrl = 'https://id.example.com'
export const DAY = 86_400
export const HOUR = 3_600

export interface NoticeStage extends AsyncDisposable {
  db: Db
  clock: { now(): Date }
  secrets: ReturnType<typeof createSecrets>
  later(seconds: number): void
  /** Moves to this time of the next day. */
  nextDayAt(hour: number): void
  node(): Notices & { watch: LimitWatch }
  /** What was mailed since the last call. */
  mails(): MailMessage[]
  /** How the mail server answers from now on; null: it takes everything. */
  refuse(failure: { code: string; responseCode?: number; permanent?: boolean } | null): void
  /** Told since the last call, without what was told of others. */
  told(type?: string): Promise<{ type: string; data: Record<string, unknown> }[]>
  /** An organization with somebody who administers it. */
  admin(): Promise<{ organizationId: string; person: TestPerson }>
}

export async function openNoticeStage(): Promise<NoticeStage> {
  await using opening = new AsyncDisposableStack()
  const { url } = opening.use(await createTestDatabase())
  const log = createLog('silent')
  const { prisma: db } = opening.use(openDatabase({ url, poolSize: 10, log }))
  let now = new Date('2026-03-02T12:00:00Z')
  const clock = { now: () => now }
  const secrets = createSecrets(['test-secret-key-0123456789-0123456789'])
  const views = createViews({ platform: { name: 'Northwind', supportEmail: 'help@example.com' }, mode: 'production' })
  let sent: MailMessage[] = []
  let failure: object | null = null
  const mail = {
    tryOnce: (_id: string, message: MailMessage) => {
      if (failure) return Promise.reject(new MailError(failure))
      sent.push(message)
      return Promise.resolve()
    },
  }
  const seen = new Set<string>()
  const open = opening.move()
  return {
    db,
    clock,
    secrets,
    later: (seconds) => void (now = new Date(now.getTime() + seconds * 1_000)),
    nextDayAt(hour) {
      now = new Date(now.getTime() + DAY * 1_000)
      now.setUTCHours(hour, 0, 0, 0)
    },
    node() {
      const watch = createLimitWatch(clock)
      const notices = open.use(startNotices({ db, clock, log, mail, views, publicUrl, watch }))
      return { ...notices, watch }
    },
    mails() {
      const before = sent
      sent = []
      return before
    },
    refuse: (answer) => void (failure = answer),
    async told(type) {
      const rows = await db.outboxEvent.findMany({ orderBy: { at: 'asc' } })
      const fresh = rows.filter(({ id }) => !seen.has(id))
      for (const { id } of fresh) seen.add(id)
      return fresh
        .filter((row) => type === undefined || row.type === type)
        .map((row) => ({ type: row.type, data: row.data as Record<string, unknown> }))
    },
    async admin() {
      const stage = { db, clock, secrets }
      const person = await addPerson(stage)
      const organizationId = await addOrganization(stage)
      await addMember(stage, organizationId, person.id, 'admin')
      await db.outboxEvent.updateMany({ data: { mailWaits: false } })
      return { organizationId, person }
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}
