/** Opaque access tokens, of people and of clients themselves. JWTs never come here. */
import { revokeFamily } from '../unit/families.ts'
import { findToken } from '../unit/reads.ts'
import type { AccessTokenRow } from '../unit/rows.ts'
import { remember, type Unit } from '../unit/unit.ts'
import { dateOf, rest, seconds, type Model } from './model.ts'

const columns = ['jti', 'kind', 'iat', 'exp', 'grantId', 'clientId', 'accountId', 'sessionUid', 'scope', 'aud'] as const

export const accessTokenPrefix = 'kgat_'

type Kind = 'AccessToken' | 'ClientCredentials'

/** Both kinds look in the same table for the same token; it is read once. */
const found = new WeakMap<Unit, Map<string, Promise<AccessTokenRow | null>>>()

const model = (kind: Kind): Model => ({
  async find(unit, id) {
    if (!id.startsWith(accessTokenPrefix)) return undefined
    const row = await lookUp(unit, id)
    if (!row || (row.user_id === null ? 'ClientCredentials' : 'AccessToken') !== kind) return undefined
    return {
      ...row.payload,
      jti: id,
      kind,
      iat: seconds(row.issued_at),
      exp: seconds(row.expires_at),
      clientId: row.client_id,
      grantId: row.family_id ?? undefined,
      accountId: row.user_id ?? undefined,
      sessionUid: row.session_uid ?? undefined,
      scope: row.scope ?? undefined,
      aud: row.audience ?? undefined,
    }
  },

  upsert(unit, id, payload) {
    unit.writes.insert('access_tokens', {
      digest: unit.secrets.digest('access_token', id),
      family_id: payload.grantId ?? null,
      client_id: payload.clientId,
      user_id: payload.accountId ?? null,
      session_uid: payload.sessionUid ?? null,
      scope: payload.scope ?? null,
      audience: (payload.aud as string | undefined) ?? null,
      payload: rest(payload, columns),
      issued_at: dateOf(payload.iat),
      expires_at: dateOf(payload.exp),
    })
  },

  destroy(unit, id) {
    // Under whichever key it was made.
    for (const digest of unit.secrets.digests('access_token', id)) {
      unit.writes.remove('access_tokens', { digest })
      unit.writes.notify(JSON.stringify({ kind: 'token', id: digest.toString('hex') }))
    }
  },

  revokeByGrantId: (unit, familyId) => revokeFamily(unit, familyId),
})

export const accessTokens = model('AccessToken')
export const clientCredentials = model('ClientCredentials')

function lookUp(unit: Unit, id: string): Promise<AccessTokenRow | null> {
  const map = found.get(unit) ?? new Map<string, Promise<AccessTokenRow | null>>()
  found.set(unit, map)
  const known = map.get(id)
  if (known) return known
  const loading = findToken(unit.pool, 'access_tokens', unit.secrets.digests('access_token', id), unit.now).then(
    (result) => {
      if (!result) return null
      // Its family was revoked or is over, what allowed it was taken back, or its person is gone.
      const { family, grant, account } = result.around
      if (result.token.family_id !== null && (!family || !grant || !account)) return null
      remember(unit, result.around, result.token.user_id)
      return result.token
    },
  )
  map.set(id, loading)
  return loading
}
