/**
 * Sessions. Clients of a session are rows of their own, so that two apps that authorize at the same moment can't lose
 * each other's, and a session in which nothing changed is not written.
 */
import { isDeepStrictEqual } from 'node:util'
import type { AdapterPayload, UnknownObject } from 'oidc-provider'
import type { Event } from '../../audit/events.ts'
import { auditRows } from '../../audit/record.ts'
import { newId } from '../../platform/ids.ts'
import { lifetimes } from '../lifetimes.ts'
import { persistFamily } from '../unit/families.ts'
import { findSession } from '../unit/reads.ts'
import type { LoadedSession } from '../unit/rows.ts'
import { auditContextOf, type Unit } from '../unit/unit.ts'
import { dateOf, seconds, present, type Model, type StoredPayload } from './model.ts'

/** What browsers call themselves is shorter by half. */
const longestUserAgent = 300

interface Authorization {
  sid?: string
  grantId?: string
  persistsLogout?: boolean
}

export const sessions = {
  async find(unit: Unit, id: string): Promise<AdapterPayload | undefined> {
    const known = unit.sessions.get(`id ${id}`)
    const loaded = known ?? (await findSession(unit.pool, digestsOf(unit, id), unit.now, unit.about))
    // A session of a person who is gone or disabled is none.
    if (!loaded || (loaded.session.user_id !== null && !loaded.account)) return undefined
    if (!known) {
      unit.sessions.set(`id ${id}`, loaded)
      unit.sessions.set(`uid ${loaded.session.uid}`, loaded)
      if (loaded.account) unit.accounts.set(loaded.account.id, loaded.account)
      if (loaded.family) {
        unit.families.set(loaded.family.id, {
          account: loaded.account,
          grant: loaded.grant,
          family: loaded.family,
          session: loaded.session,
        })
      }
    }
    return payloadOf(unit, loaded, id)
  },

  /** Asked for the session that a token is bound to. It was read with the token, or is gone. */
  async findByUid(unit: Unit, uid: string): Promise<AdapterPayload | undefined> {
    const loaded = unit.sessions.get(`uid ${uid}`)
    if (!loaded || (loaded.session.user_id !== null && !loaded.account)) return undefined
    const payload = payloadOf(unit, loaded, undefined)
    // The binding asks whether the token's family is the session's one for its client. A family that lives and began here
    // is, also when a second tab of the same client began another at the same moment.
    if (loaded.family) {
      const authorizations = (payload['authorizations'] ?? {}) as Record<string, Authorization>
      authorizations[loaded.family.client_id] = {
        ...authorizations[loaded.family.client_id],
        grantId: loaded.family.id,
      }
      payload['authorizations'] = authorizations
    }
    return payload
  },

  upsert(unit: Unit, id: string, payload: StoredPayload): void {
    unit.closing.set(`session ${present(payload.uid, 'session uid')}`, () => write(unit, id, payload))
  },

  /** Signing out ends the session, and every family that was not allowed to outlive it. */
  destroy(unit: Unit, id: string): void {
    sessions.end(unit, id, 'signed_out')
  },

  end(unit: Unit, id: string, why: 'signed_out' | 'replaced'): void {
    const session = unit.sessions.get(`id ${id}`)?.session
    if (!session || !unit.once(`end ${session.uid}`)) return
    const { id: sessionId, uid, user_id: userId } = session
    unit.closing.delete(`session ${uid}`)
    unit.writes.remove('sessions', { id: sessionId })
    unit.writes.write(
      (bind) =>
        `UPDATE token_families SET revoked_at = ${bind(unit.now, 'timestamptz')} WHERE session_uid = ${bind(uid, 'text')} AND revoked_at IS NULL AND NOT persists_logout`,
    )
    unit.writes.notify(JSON.stringify({ kind: 'session', id: uid }))
    if (userId === null) return
    const event: Event =
      why === 'signed_out'
        ? { type: 'user.signed_out', id: userId, data: { session_id: sessionId } }
        : { type: 'session.ended', id: sessionId, data: { user_id: userId, reason: 'replaced' } }
    unit.writes.insert('audit_events', auditRows(event, auditContextOf(unit, { kind: 'user', id: userId })).audit)
  },
} satisfies Model & Record<'end', unknown>

const digests = new WeakMap<Unit, Map<string, Buffer<ArrayBuffer>[]>>()

/** The newest first. A session that is found is saved in the same unit, nearly always. */
function digestsOf(unit: Unit, id: string): Buffer<ArrayBuffer>[] {
  const known = digests.get(unit) ?? new Map<string, Buffer<ArrayBuffer>[]>()
  digests.set(unit, known)
  const own = known.get(id) ?? unit.secrets.digests('session', id)
  known.set(id, own)
  return own
}

function payloadOf(unit: Unit, { session, clients }: LoadedSession, id: string | undefined): AdapterPayload {
  const authorizations = Object.fromEntries(
    clients.map(({ client_id, sid, family_id, persists_logout }) => [
      client_id,
      {
        sid,
        grantId: family_id ?? undefined,
        persistsLogout: persists_logout || undefined,
      },
    ]),
  )
  return {
    jti: id,
    kind: 'Session',
    iat: seconds(session.created_at),
    exp: seconds(session.expires_at),
    uid: session.uid,
    accountId: session.user_id ?? undefined,
    loginTs: session.signed_in_at ? seconds(session.signed_in_at) : undefined,
    acr: session.acr ?? undefined,
    amr: session.amr.length === 0 ? undefined : session.amr,
    transient: session.transient || undefined,
    state: session.state_sealed ? (stateOf(unit, session) as UnknownObject) : undefined,
    authorizations: clients.length === 0 ? undefined : authorizations,
  }
}

function write(unit: Unit, id: string, payload: StoredPayload): void {
  const uid = present(payload.uid, 'session uid')
  const loaded = unit.sessions.get(`uid ${uid}`)
  const sessionId = loaded?.session.id ?? newId('ses', unit.clock)
  const row = {
    digest: present(digestsOf(unit, id)[0], 'secret key'),
    user_id: payload.accountId ?? null,
    signed_in_at: payload.loginTs === undefined ? null : dateOf(payload.loginTs),
    acr: payload.acr ?? null,
    amr: payload.amr ?? [],
    transient: payload.transient ?? false,
    state_sealed:
      payload.state === undefined
        ? null
        : unit.secrets.seal(JSON.stringify(payload.state), {
            table: 'sessions',
            column: 'state_sealed',
            row: sessionId,
          }),
    expires_at: dateOf(payload.exp),
  }
  if (!loaded) {
    unit.writes.insert('sessions', { id: sessionId, uid, created_at: unit.now, ...row, ...browserOf(unit) })
  } else if (!loaded.session.digest.equals(row.digest)) {
    // A new cookie is a sign-in.
    unit.writes.update('sessions', { ...row, ...browserOf(unit) }, { id: sessionId })
  } else if (changed(unit, loaded, payload, row)) unit.writes.update('sessions', row, { id: sessionId })
  writeClients(unit, sessionId, loaded, (payload['authorizations'] ?? {}) as Record<string, Authorization>)
}

/** By what people know a session of theirs again. */
function browserOf({ request, now }: Unit) {
  const userAgent = request?.userAgent.slice(0, longestUserAgent) ?? ''
  return { user_agent: userAgent === '' ? null : userAgent, address: request?.address ?? null, last_used_at: now }
}

function changed(unit: Unit, { session }: LoadedSession, payload: AdapterPayload, row: { expires_at: Date }): boolean {
  return (
    session.user_id !== (payload.accountId ?? null) ||
    (session.signed_in_at ? seconds(session.signed_in_at) : undefined) !== payload.loginTs ||
    session.acr !== (payload.acr ?? null) ||
    !isDeepStrictEqual(session.amr, payload.amr ?? []) ||
    session.transient !== (payload.transient ?? false) ||
    !isDeepStrictEqual(session.state_sealed ? stateOf(unit, session) : undefined, payload.state) ||
    row.expires_at.getTime() - session.expires_at.getTime() >= lifetimes.sessionSlide * 1000
  )
}

/** Only what this request changed: what another one added meanwhile isn't known here, and stays. */
function writeClients(
  unit: Unit,
  sessionId: string,
  loaded: LoadedSession | undefined,
  authorizations: Record<string, Authorization>,
): void {
  const before = new Map(loaded?.clients.map((client) => [client.client_id, client]))
  for (const [clientId, { sid, grantId, persistsLogout }] of Object.entries(authorizations)) {
    if (sid === undefined) continue
    const known = before.get(clientId)
    before.delete(clientId)
    if (grantId !== undefined && persistsLogout && !known?.persists_logout) persistFamily(unit, grantId)
    if (known && known.sid === sid && known.family_id === (grantId ?? null)) continue
    unit.writes.insert(
      'session_clients',
      { session_id: sessionId, client_id: clientId, sid, family_id: grantId ?? null },
      {
        onConflict: { columns: ['session_id', 'client_id'], update: ['family_id'] },
        // One that was ended meanwhile stays ended.
        ...(loaded ? { onlyIf: (bind) => `EXISTS (SELECT FROM sessions WHERE id = ${bind(sessionId, 'text')})` } : {}),
      },
    )
  }
  for (const clientId of before.keys())
    unit.writes.remove('session_clients', { session_id: sessionId, client_id: clientId })
}

function stateOf(unit: Unit, session: LoadedSession['session']): unknown {
  const sealed = session.state_sealed!
  return JSON.parse(
    unit.secrets.open(sealed, { table: 'sessions', column: 'state_sealed', row: session.id }).toString('utf8'),
  )
}
