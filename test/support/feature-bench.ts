/** What the tests of one feature work with: a database of their own, secrets, and a clock that they move. */
import { systemContext, type AuditContext } from '../../src/audit/record.ts'
import { openChanges, type Changes } from '../../src/platform/changes.ts'
import { openDatabase, type Db } from '../../src/platform/database.ts'
import { createLog, type Log } from '../../src/platform/log.ts'
import { createSecrets, type Secrets } from '../../src/platform/secrets.ts'
import { createTestDatabase } from './database.ts'

export interface FeatureBench extends AsyncDisposable {
  url: string
  db: Db
  secrets: Secrets
  log: Log
  clock: { now(): Date; advance(seconds: number): void }
  context: AuditContext
  openChanges(): Promise<Changes>
  /** The types of the audit events about this thing, oldest first. */
  eventsOf(targetId: string): Promise<string[]>
}

export async function openFeatureBench(): Promise<FeatureBench> {
  await using opening = new AsyncDisposableStack()
  const { url } = opening.use(await createTestDatabase())
  const log = createLog('silent')
  const { prisma: db } = opening.use(openDatabase({ url, poolSize: 4, log }))
  let offsetMs = 0
  const clock = {
    now: () => new Date(Date.now() + offsetMs),
    advance(seconds: number) {
      offsetMs += seconds * 1000
    },
  }
  const open = opening.move()
  return {
    url,
    db,
    secrets: createSecrets(['feature bench secret key, long enough to be one']),
    log,
    clock,
    context: systemContext(clock),
    openChanges: async () => open.use(await openChanges({ url, log, clock })),
    async eventsOf(targetId) {
      const rows = await db.auditEvent.findMany({ where: { targetId }, orderBy: { id: 'asc' } })
      return rows.map(({ type }) => type)
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}
