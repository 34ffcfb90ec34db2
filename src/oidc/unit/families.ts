/** Token families: begun by an authorization, ended by a replay, a revocation, a sign-out or a cut-off. */
import { auditRows } from '../../audit/record.ts'
import { minute } from '../../platform/clock.ts'
import { newId } from '../../platform/ids.ts'
import { lifetimes } from '../lifetimes.ts'
import type { FamilyRow } from './rows.ts'
import { auditContextOf, type RevocationReason, type Unit } from './unit.ts'

/** A new family, live until past the end of the first refresh token that may be issued under it. */
export function beginFamily(
  unit: Unit,
  about: { grantId: string; userId: string; clientId: string; sessionUid: string },
): FamilyRow {
  const family: FamilyRow = {
    id: newId('fam', unit.clock),
    grant_id: about.grantId,
    user_id: about.userId,
    client_id: about.clientId,
    created_at: unit.now,
    expires_at: familyEnd(unit),
  }
  unit.begun.set(family.id, { ...family, session_uid: about.sessionUid, persists_logout: false })
  return family
}

/** Moves a family's end on when it comes too near to hold what is issued now: about once a week. */
export function keepFamily(unit: Unit, family: FamilyRow): void {
  const needed = unit.now.getTime() + lifetimes.refreshTokenSliding * 1000
  if (family.expires_at.getTime() >= needed || !unit.once(`keep ${family.id}`)) return
  unit.writes.update('token_families', { expires_at: familyEnd(unit) }, { id: family.id })
}

/** Notes that a grant was used: what people see is right to a minute, and a busy app doesn't write its row at every token. */
export function noteUse(unit: Unit, familyId: string): void {
  const grant = unit.families.get(familyId)?.grant
  if (!grant || (grant.last_used_at && unit.now.getTime() - grant.last_used_at.getTime() < minute * 1000)) return
  if (unit.once(`use ${grant.id}`)) unit.writes.update('grants', { last_used_at: unit.now }, { id: grant.id })
}

/** Offline access was allowed: the family outlives a sign-out. */
export function persistFamily(unit: Unit, familyId: string): void {
  const begun = unit.begun.get(familyId)
  if (begun) begun.persists_logout = true
  else if (unit.once(`persist ${familyId}`))
    unit.writes.update('token_families', { persists_logout: true }, { id: familyId })
}

/** Ends a family and with it every token under it, on every node. */
export function revokeFamily(unit: Unit, familyId: string, reason: RevocationReason = unit.reason): void {
  if (!unit.once(`revoke ${familyId}`)) return
  unit.families.delete(familyId)
  const { audit } = auditRows(
    { type: 'family.revoked', id: familyId, data: { user_id: '', client_id: '', reason } },
    auditContextOf(unit, { kind: 'system', id: null }),
  )
  unit.writes.chain(
    (bind) =>
      `UPDATE token_families SET revoked_at = ${bind(unit.now, 'timestamptz')} WHERE id = ${bind(familyId, 'text')} AND revoked_at IS NULL`,
    'id, user_id, client_id',
    (bind, from) =>
      `INSERT INTO audit_events (id, at, type, actor_kind, target_kind, target_id, request_id, address, data)
        SELECT ${bind(audit.id, 'text')}, ${bind(audit.at, 'timestamptz')}, ${bind(audit.type, 'text')}, ${bind(audit.actor_kind, 'text')}, ${bind(audit.target_kind, 'text')}, id, ${bind(audit.request_id, 'text')}, ${bind(audit.address, 'text')},
          jsonb_build_object('user_id', user_id, 'client_id', client_id, 'reason', ${bind(reason, 'text')}) FROM ${from}`,
  )
  unit.writes.notify(JSON.stringify({ kind: 'family', id: familyId }))
}

function familyEnd(unit: Unit): Date {
  return new Date(unit.now.getTime() + (lifetimes.refreshTokenSliding + lifetimes.familyMargin) * 1000)
}
