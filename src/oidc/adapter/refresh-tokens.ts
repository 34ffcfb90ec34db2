/**
 * Refresh tokens: each is used once and gives one successor. A retry within the grace gets the same successor again, and
 * what comes later, or after the successor was used, is a replay that ends the family.
 */
import type { AdapterPayload } from 'oidc-provider'
import { day } from '../../platform/clock.ts'
import { lifetimes } from '../lifetimes.ts'
import { keepFamily, noteUse, revokeFamily } from '../unit/families.ts'
import { findToken } from '../unit/reads.ts'
import type { RefreshTokenRow } from '../unit/rows.ts'
import { remember, type Unit } from '../unit/unit.ts'
import { dateOf, resourceList, resourceValue, rest, seconds, type Model, type StoredPayload } from './model.ts'

const columns = [
  'jti',
  'kind',
  'iat',
  'exp',
  'iiat',
  'consumed',
  'grantId',
  'clientId',
  'accountId',
  'sessionUid',
  'scope',
  'resource',
  'rotations',
] as const

const refreshTokenPrefix = 'kgrt_'

const found = new WeakMap<Unit, Map<string, RefreshTokenRow>>()

export const refreshTokens = {
  async find(unit: Unit, id: string): Promise<AdapterPayload | undefined> {
    if (!id.startsWith(refreshTokenPrefix)) return undefined
    const known = foundIn(unit).get(id)
    const row = known ?? (await load(unit, id))
    if (!row) return undefined
    const family = unit.families.get(row.family_id)?.family
    return {
      ...row.payload,
      jti: id,
      kind: 'RefreshToken',
      iat: seconds(row.issued_at),
      iiat: seconds(row.initially_issued_at),
      // As with codes: a used one doesn't expire, so that a late replay is still known as one.
      exp: seconds(row.consumed_at && family ? family.expires_at : row.expires_at),
      // A retry within the grace is answered like the first time.
      consumed: row.consumed_at && !withinGrace(unit, row) ? seconds(row.consumed_at) : undefined,
      grantId: row.family_id,
      clientId: row.client_id,
      accountId: row.user_id,
      sessionUid: row.session_uid ?? undefined,
      scope: row.scope ?? undefined,
      resource: resourceValue(row.resource),
      rotations: row.rotations,
    }
  },

  upsert(unit: Unit, id: string, payload: StoredPayload): void {
    const family = unit.families.get(payload.grantId ?? '')?.family
    if (family) keepFamily(unit, family)
    const parent = parents.get(unit)
    unit.writes.insert(
      'refresh_tokens',
      {
        digest: unit.secrets.digest('refresh_token', id),
        parent_digest: parent?.digest ?? null,
        family_id: payload.grantId,
        client_id: payload.clientId,
        user_id: payload.accountId,
        session_uid: payload.sessionUid ?? null,
        scope: payload.scope ?? null,
        resource: resourceList(payload.resource),
        rotations: payload['rotations'] ?? 0,
        payload: rest(payload, columns),
        issued_at: dateOf(payload.iat),
        initially_issued_at: dateOf(payload['iiat'] ?? payload.iat),
        expires_at: dateOf(payload.exp),
        sweep_at: dateOf(payload.exp + day),
      },
      // The same successor, made by a retry: the first one stands.
      { onConflict: 'nothing' },
    )
  },

  consume(unit: Unit, id: string): void {
    const row = foundIn(unit).get(id)
    if (!row) throw new Error('a refresh token is consumed that was not found')
    parents.set(unit, row)
    const graceBegan = new Date(unit.now.getTime() - lifetimes.refreshGrace * 1000)
    noteUse(unit, row.family_id)
    unit.guard(
      { kind: 'refresh', familyId: row.family_id },
      (
        bind,
      ) => `UPDATE refresh_tokens t SET consumed_at = coalesce(consumed_at, ${bind(unit.now, 'timestamptz')}), sweep_at = NULL
        WHERE digest = ${bind(row.digest, 'bytea')} AND (consumed_at IS NULL OR consumed_at > ${bind(graceBegan, 'timestamptz')}
          AND NOT EXISTS (SELECT FROM refresh_tokens n WHERE n.parent_digest = t.digest AND n.consumed_at IS NOT NULL))`,
    )
  },

  destroy(unit: Unit, id: string): void {
    const row = foundIn(unit).get(id)
    // A used one stays with its family, so that it is still known if it comes again.
    if (row && !row.consumed_at) unit.writes.remove('refresh_tokens', { digest: row.digest })
  },

  revokeByGrantId: (unit: Unit, familyId: string) => revokeFamily(unit, familyId),
} satisfies Model

/**
 * Is this token replaced at its use? Used ones are kept as long as their family, so a client that refreshes in a loop would
 * fill the table: beyond what any client needs, its token is good for several refreshes in a row, and nothing is refused.
 * That a stolen one was used twice is then seen when it is replaced, some minutes later.
 */
export function rotates(
  unit: Unit,
  token: { jti: string; rotations?: number | undefined; totalLifetime(): number },
): boolean {
  const row = foundIn(unit).get(token.jti)
  // A retry gets the successor that there is.
  if (row?.consumed_at) return true
  const { refreshRotations, refreshRotationEvery } = lifetimes
  const replaced = (token.rotations ?? 0) < refreshRotations + Math.floor(token.totalLifetime() / refreshRotationEvery)
  if (!replaced && row) noteUse(unit, row.family_id)
  return replaced
}

/** The token that this unit replaces. */
const parents = new WeakMap<Unit, RefreshTokenRow>()

/**
 * The value of a new refresh token. A successor is derived from its parent under the key that the parent was found under,
 * so that every retry, on every node, gives the same one.
 */
export function refreshTokenValue(unit: Unit, parentValue: string | undefined, random: () => string): string {
  if (parentValue === undefined) return refreshTokenPrefix + random()
  const parent = parents.get(unit)
  const generation = parent ? unit.secrets.generationOf('refresh_token', parentValue, parent.digest) : null
  return refreshTokenPrefix + unit.secrets.derive('refresh_successor', parentValue, generation ?? 0)
}

async function load(unit: Unit, id: string): Promise<RefreshTokenRow | null> {
  const result = await findToken(unit.pool, 'refresh_tokens', unit.secrets.digests('refresh_token', id), unit.now)
  if (!result) return null
  remember(unit, result.around, result.token.user_id)
  foundIn(unit).set(id, result.token)
  return result.token
}

function withinGrace(unit: Unit, row: RefreshTokenRow): boolean {
  if (!row.consumed_at || row.successor_used) return false
  return unit.now.getTime() - row.consumed_at.getTime() < lifetimes.refreshGrace * 1000
}

function foundIn(unit: Unit): Map<string, RefreshTokenRow> {
  const map = found.get(unit) ?? new Map<string, RefreshTokenRow>()
  found.set(unit, map)
  return map
}
