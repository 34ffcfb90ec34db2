/** Takes in one message of reports: all of it in one transaction, or nothing of it. */
import type { AuditContext } from '../audit/record.ts'
import type { Db, Tx } from '../platform/database.ts'
import { newId } from '../platform/ids.ts'
import type { Log } from '../platform/log.ts'
import { outcomes, type LeakedSecret, type LeakOutcome, type LeakResponse, type ReportedToken } from './leak.ts'
import { insertReports, type ReportRow } from './store.ts'

/** What leaks need of API keys. */
export interface LeakedKeys {
  /** In the order of the texts; null for what is none. */
  find(tx: Tx, texts: readonly string[]): Promise<(LeakedSecret | null)[]>
  /** By secret: what became of its key. */
  answer(
    tx: Tx,
    secrets: readonly LeakedSecret[],
    response: LeakResponse,
    context: AuditContext,
  ): Promise<Map<string, Exclude<LeakOutcome, 'unknown'>>>
  tellOfDead(tx: Tx, secrets: readonly LeakedSecret[], context: AuditContext): Promise<void>
  /** By mails that go out when the transaction has committed. */
  tellOwners(tx: Tx, leaks: readonly FreshLeak[], at: Date): Promise<void>
}

/** A secret that nobody had reported before, or whose key was revoked just now. */
interface FreshLeak extends LeakedSecret {
  place: string
  outcome: Exclude<LeakOutcome, 'unknown'>
}

/** From so many living ones in one message on, somebody should look at what is going on. */
const MANY = 10

/** In characters: an index holds 2,700 bytes, and one that is longer must not keep the others from being taken in. */
const LONGEST_PLACE = 600

const kept = (place: string): string => place.slice(0, LONGEST_PLACE).replaceAll('\0', '').toWellFormed()

/** By outcome, since the start. */
export type LeakFigures = Record<LeakOutcome, number>

export const noLeaks = (): LeakFigures => ({ revoked: 0, grace: 0, dead: 0, unknown: 0 })

/** In the order of the tokens. */
export async function receiveLeaks(
  services: { db: Db; keys: LeakedKeys; response: LeakResponse; log: Log; figures: LeakFigures },
  tokens: readonly ReportedToken[],
  context: AuditContext,
): Promise<LeakOutcome[]> {
  const { db, keys, response, log, figures } = services
  if (tokens.length === 0) return []
  const results = await db.$transaction(async (tx) => {
    const found = await keys.find(
      tx,
      tokens.map(({ token }) => token),
    )
    const ours = [...new Map(found.flatMap((one) => (one ? [[one.secretId, one] as const] : []))).values()]
    if (ours.length === 0) return tokens.map((): LeakOutcome => 'unknown')
    const answered = await keys.answer(tx, ours, response, context)
    const outcomeOf = (secret: LeakedSecret) => answered.get(secret.secretId) ?? 'dead'
    const rows = tokens.flatMap(({ url, source }, index) => {
      const secret = found[index]
      if (!secret) return []
      const { keyId: apiKeyId, secretId } = secret
      const [id, at, outcome] = [newId('lek', context.clock), context.clock.now(), outcomeOf(secret)]
      return [{ id, at, apiKeyId, secretId, url: kept(url), source: kept(source), outcome }]
    })
    const fresh = await insertReports(tx, rows)
    const leaks = ours
      .map((secret) => ({ ...secret, outcome: outcomeOf(secret), place: placeOf(rows, secret) }))
      // One in its grace may be known already: that its key is revoked now is told all the same.
      .filter(({ secretId, outcome }) => fresh.has(secretId) || outcome === 'revoked')
    const dead = leaks.filter(({ outcome }) => outcome === 'dead')
    if (dead.length > 0) await keys.tellOfDead(tx, dead, context)
    await keys.tellOwners(tx, leaks, context.clock.now())
    return found.map((secret): LeakOutcome => (secret ? outcomeOf(secret) : 'unknown'))
  })

  const counts = noLeaks()
  for (const outcome of results) counts[outcome]++
  for (const outcome of outcomes) figures[outcome] += counts[outcome]
  const level = counts.revoked + counts.grace >= MANY ? 'error' : 'warn'
  log[level]({ ...counts, request_id: context.requestId }, 'leaked secrets were reported')
  return results
}

function placeOf(rows: readonly ReportRow[], { secretId }: LeakedSecret): string {
  return rows.find((row) => row.secretId === secretId)?.url ?? ''
}
