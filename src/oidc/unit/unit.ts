/**
 * The unit of work of one request: what was read is remembered, and what is to be written is written once, at the end,
 * in one statement. oidc-provider makes a dozen adapter calls for a code flow; this turns them into two reads and two writes.
 */
import type { Pool } from 'pg'
import type { Actor, AuditContext } from '../../audit/record.ts'
import type { Client } from '../../clients/client.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { findAccount, type About } from './reads.ts'
import type { AccountRow, LoadedSession, Surroundings } from './rows.ts'
import { writeBuilder, type WriteBuilder } from './statement.ts'
import type { RowOf } from './tables.ts'

export interface UnitOptions {
  pool: Pool
  secrets: Secrets
  clock: Clock
  /** Which client the request is about, as far as its URL tells. */
  clientId?: string | null
  /** The interaction that it comes back from. */
  interactionUid?: string | null
  /** What a family that ends in this unit ends for. */
  reason?: RevocationReason
  request?: UnitRequest | null
}

/** A request as it is told of afterwards: in the audit trail, and to the person whose session began with it. */
export interface UnitRequest {
  id: string
  address: string
  userAgent: string
}

/** Why a family ended: a code or token came twice, a client or person revoked it, or the session it was bound to ended. */
export type RevocationReason = 'replay' | 'revoked' | 'signed_out'

/** What is written only if it still holds at the end. */
export type Guard =
  | { kind: 'code' | 'refresh'; familyId: string }
  | { kind: 'replay' | 'credentials' }
  | { kind: 'waiting'; retryAfterSeconds: number }

export type Flushed = { ok: true } | { ok: false; failed: Guard }

export interface Unit {
  readonly now: Date
  /** By how much that is later than this machine's clock, which oidc-provider reads. */
  readonly aheadSeconds: number
  readonly secrets: Secrets
  readonly clock: Clock
  readonly pool: Pool
  readonly about: About
  readonly reason: RevocationReason
  readonly request: UnitRequest | null
  readonly writes: WriteBuilder
  /** Sessions by cookie and by uid, as they were read in this unit. */
  readonly sessions: Map<string, LoadedSession>
  /** What stands around the families and people that were read. */
  readonly families: Map<string, Surroundings>
  readonly accounts: Map<string, AccountRow | null>
  /** The clients that were looked up in this unit, for the questions that must be answered at once. */
  readonly clients: Map<string, Client>
  /** Done last, before the writes go out, each once: a session that was saved twice is written once. */
  readonly closing: Map<string, () => void>
  /** Families that begin in this unit: written at the end, when it is known whether they outlive a sign-out. */
  readonly begun: Map<string, RowOf<'token_families'>>
  /** Has this been done in the unit already? Marks it as done. */
  once(what: string): boolean
  guard(guard: Guard, sql: Parameters<WriteBuilder['guard']>[1]): void
  flush(): Promise<Flushed>
}

// A statement has a name so that Postgres plans it once per connection. Its shapes are few; a bound makes sure of it.
const names = new Map<string, string>()
const mostNames = 500

export function openUnit({
  pool,
  secrets,
  clock,
  clientId = null,
  interactionUid = null,
  reason = 'revoked',
  request = null,
}: UnitOptions): Unit {
  const done = new Set<string>()
  let guards: Guard[] = []
  let writes = writeBuilder()

  const now = clock.now()
  return {
    now,
    aheadSeconds: Math.round((now.getTime() - Date.now()) / 1000),
    secrets,
    clock,
    pool,
    reason,
    request,
    about: { clientId, interaction: interactionUid === null ? [] : secrets.digests('interaction', interactionUid) },
    get writes() {
      return writes
    },
    sessions: new Map(),
    families: new Map(),
    accounts: new Map(),
    clients: new Map(),
    closing: new Map(),
    begun: new Map(),
    once(what) {
      if (done.has(what)) return false
      done.add(what)
      return true
    },
    guard(guard, sql) {
      guards.push(guard)
      writes.guard(guard.kind, sql)
    },
    async flush() {
      for (const close of this.closing.values()) close()
      this.closing.clear()
      for (const family of this.begun.values()) writes.insert('token_families', family)
      this.begun.clear()
      if (writes.empty) return { ok: true }
      const statement = writes.build()
      const held = guards
      writes = writeBuilder()
      guards = []
      const { rows } = await pool.query<Record<string, number>>({
        ...nameOf(statement.text),
        text: statement.text,
        values: statement.values,
      })
      const failed = held.find((_, index) => rows[0]?.[`g${index}`] !== 1)
      return failed ? { ok: false, failed } : { ok: true }
    },
  }
}

function nameOf(text: string): { name?: string } {
  const known = names.get(text)
  if (known !== undefined) return { name: known }
  if (names.size >= mostNames) return {}
  const name = `oidc-write-${names.size}`
  names.set(text, name)
  return { name }
}

/** An account as it was read in this unit, or read now. */
export async function accountOf(unit: Unit, userId: string): Promise<AccountRow | null> {
  const known = unit.accounts.get(userId)
  if (known !== undefined) return known
  const account = await findAccount(unit.pool, userId)
  unit.accounts.set(userId, account)
  return account
}

/** Remembers what was read around a token, so that the provider's next questions cost nothing. */
export function remember(unit: Unit, around: Surroundings, userId: string | null): void {
  if (around.family) unit.families.set(around.family.id, around)
  if (userId !== null) unit.accounts.set(userId, around.account)
  if (around.session) {
    const { session, family } = around
    unit.sessions.set(`uid ${session.uid}`, {
      session,
      account: around.account,
      grant: around.grant,
      family,
      clients: [],
    })
  }
}

/** Who acted in this unit, for its audit rows. */
export function auditContextOf(unit: Unit, actor: Actor): AuditContext {
  return { actor, requestId: unit.request?.id ?? null, address: unit.request?.address ?? null, clock: unit.clock }
}
