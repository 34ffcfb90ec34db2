/** Makes the server what a document says: all of it or nothing, in one transaction. */
import type { AuditContext } from '../audit/record.ts'
import type { Principal } from '../http/api/principal.ts'
import type { Db, Tx } from '../platform/database.ts'
import { demandReach } from './demand.ts'
import { sections, type Document } from './document.ts'
import { createReport, type Plan } from './report.ts'
import type { ApplyServices, Run } from './section.ts'
import { lockApplies } from './store.ts'

export interface Wanted {
  document: Document
  /** Deletes what the document's sections don't name. */
  prune: boolean
  dryRun: boolean
}

/** A document of two megabytes is some ten thousand statements. */
const TRANSACTION_TIMEOUT_MS = 60_000

/**
 * A dry run does all of it, too, and takes it back: what it tells is what would happen, and no second opinion on it.
 * @throws {Problem} 400 or 409 with every fault of the first section that has some; 403 for what the caller may not
 */
export async function applyDocument(
  db: Db,
  services: ApplyServices,
  wanted: Wanted,
  principal: Principal,
  context: AuditContext,
): Promise<Plan> {
  const { document, dryRun } = wanted
  const named = sections.filter(({ name }) => document[name] !== undefined)
  demandReach(principal, named, dryRun ? 'read' : 'write')
  const afterwards: (() => void)[] = []
  const plan = await transaction(db, { takenBack: dryRun }, async (tx) => {
    const report = createReport()
    const { prune } = wanted
    const run: Run = {
      tx,
      services,
      context,
      principal,
      prune,
      dryRun,
      document,
      report,
      afterCommit: (act) => void afterwards.push(act),
    }
    await lockApplies(tx)
    for (const section of named) {
      await section.make(run, document[section.name])
      // What comes after would stumble over the same.
      report.demandFaultless()
    }
    for (const section of named.toReversed()) {
      await section.finish?.(run, document[section.name])
      report.demandFaultless()
    }
    return report.plan
  })
  if (!dryRun) for (const act of afterwards) act()
  return plan
}

async function transaction<T>(db: Db, { takenBack }: { takenBack: boolean }, work: (tx: Tx) => Promise<T>): Promise<T> {
  const options = { timeout: TRANSACTION_TIMEOUT_MS }
  if (!takenBack) return db.$transaction(work, options)
  const taken = new Error('a dry run is taken back')
  let result: { value: T } | undefined
  try {
    await db.$transaction(async (tx) => {
      result = { value: await work(tx) }
      throw taken
    }, options)
  } catch (error) {
    if (error !== taken) throw error
  }
  if (!result) throw new Error('a dry run has no end')
  return result.value
}
