/** Makes the server what a document says: all of it or nothing, in one transaction. */
import type { AuditContext } from '../audit/record.ts'
import type { Principal } from '../http/api/principal.ts'
import { Problem } from '../http/problem.ts'
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

/** Ten thousand new organizations take half of it; whoever has sent a document waits for two minutes. */
const TRANSACTION_TIMEOUT_MS = 110_000

/**
 * A dry run does all of it, too, and takes it back: what it tells is what would happen, and no second opinion on it.
 * @throws {Problem} 400 or 409 with every fault of the first section that has some; 403 for what the caller may not; 413
 * for what takes too long
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
  const taken = new Error('a dry run is taken back')
  const begun = performance.now()
  let result: { value: T } | undefined
  try {
    await db.$transaction(
      async (tx) => {
        result = { value: await work(tx) }
        if (takenBack) throw taken
      },
      { timeout: TRANSACTION_TIMEOUT_MS },
    )
  } catch (error) {
    if (performance.now() - begun >= TRANSACTION_TIMEOUT_MS) throw tooLong(error)
    if (error !== taken) throw error
  }
  if (!result) throw new Error('a document was applied without an end')
  return result.value
}

function tooLong(cause: unknown): Problem {
  return new Problem('payload_too_large', {
    cause,
    detail: `It was not done within ${TRANSACTION_TIMEOUT_MS / 1000} s, and is taken back: apply the document in parts.`,
  })
}
