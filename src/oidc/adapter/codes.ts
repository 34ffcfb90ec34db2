/** Authorization codes: used once, also when they come twice at the same moment. */
import type { AdapterPayload } from 'oidc-provider'
import { day } from '../../platform/clock.ts'
import { keepFamily, noteUse, revokeFamily } from '../unit/families.ts'
import { findToken } from '../unit/reads.ts'
import type { CodeRow } from '../unit/rows.ts'
import { remember, type Unit } from '../unit/unit.ts'
import { dateOf, resourceList, resourceValue, rest, seconds, type Model, type StoredPayload } from './model.ts'

const columns = [
  'jti',
  'kind',
  'iat',
  'exp',
  'consumed',
  'grantId',
  'clientId',
  'accountId',
  'sessionUid',
  'redirectUri',
  'scope',
  'resource',
] as const

/** What was found in a unit, so that `consume` knows its row. */
const found = new WeakMap<Unit, Map<string, CodeRow>>()

export const codes = {
  async find(unit: Unit, id: string): Promise<AdapterPayload | undefined> {
    const result = await findToken(
      unit.pool,
      'authorization_codes',
      unit.secrets.digests('authorization_code', id),
      unit.now,
    )
    if (!result) return undefined
    const { token, around } = result
    remember(unit, around, token.user_id)
    foundIn(unit).set(id, token)
    return {
      ...token.payload,
      jti: id,
      kind: 'AuthorizationCode',
      iat: seconds(token.issued_at),
      // The provider says "expired" before "used": a used one doesn't expire, so that a late replay is still known as one.
      exp: seconds(token.consumed_at && around.family ? around.family.expires_at : token.expires_at),
      consumed: token.consumed_at ? seconds(token.consumed_at) : undefined,
      grantId: token.family_id,
      clientId: token.client_id,
      accountId: token.user_id,
      sessionUid: token.session_uid ?? undefined,
      redirectUri: token.redirect_uri,
      scope: token.scope ?? undefined,
      resource: resourceValue(token.resource),
    }
  },

  upsert(unit: Unit, id: string, payload: StoredPayload): void {
    const family = unit.families.get(payload.grantId ?? '')?.family
    if (family) keepFamily(unit, family)
    unit.writes.insert('authorization_codes', {
      digest: unit.secrets.digest('authorization_code', id),
      family_id: payload.grantId,
      client_id: payload.clientId,
      user_id: payload.accountId,
      session_uid: payload.sessionUid ?? null,
      redirect_uri: payload.redirectUri,
      scope: payload.scope ?? null,
      resource: resourceList(payload.resource),
      payload: rest(payload, columns),
      issued_at: dateOf(payload.iat),
      expires_at: dateOf(payload.exp),
      sweep_at: dateOf(payload.exp + day),
    })
  },

  /** One conditional UPDATE: of two exchanges at the same moment, one finds nothing to do, and is a replay. */
  consume(unit: Unit, id: string): void {
    const row = foundIn(unit).get(id)
    if (!row) throw new Error('an authorization code is consumed that was not found')
    noteUse(unit, row.family_id)
    unit.guard(
      { kind: 'code', familyId: row.family_id },
      (bind) =>
        `UPDATE authorization_codes SET consumed_at = ${bind(unit.now, 'timestamptz')}, sweep_at = NULL WHERE digest = ${bind(row.digest, 'bytea')} AND consumed_at IS NULL`,
    )
  },

  revokeByGrantId: (unit: Unit, familyId: string) => revokeFamily(unit, familyId),
} satisfies Model

function foundIn(unit: Unit): Map<string, CodeRow> {
  const map = found.get(unit) ?? new Map<string, CodeRow>()
  found.set(unit, map)
  return map
}
