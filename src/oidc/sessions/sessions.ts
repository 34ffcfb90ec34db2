/** The browser's session outside of the provider's routes: who is signed in, signing in, signing out. */
import type { Context } from 'koa'
import type { AdapterPayload } from 'oidc-provider'
import type { CookieRules } from '../../http/cookies.ts'
import type { BrowserSession } from '../../http/pages.ts'
import { epochSeconds, hour } from '../../platform/clock.ts'
import { randomSecret } from '../../platform/random.ts'
import type { PasswordUpgrade, Sessions } from '../../users/sessions.ts'
import { dateOf, present, type StoredPayload } from '../adapter/model.ts'
import { sessions as model } from '../adapter/sessions.ts'
import { lifetimes } from '../lifetimes.ts'
import { sessionCookie } from '../provider.ts'
import type { SessionRow } from '../unit/rows.ts'
import type { Bind } from '../unit/statement.ts'
import type { Unit } from '../unit/unit.ts'
import type { Units } from '../units.ts'

export interface BrowserSessions extends Sessions {
  find: (ctx: Context) => Promise<BrowserSession | null>
}

/**
 * It holds the person's row: a change of the password comes before it, and it finds nothing, or waits for the session and
 * ends it with the others. What it changes is the notation of the same password at most, once: of two sign-ins at a time
 * the second finds it done.
 */
function unchanged(
  bind: Bind,
  { id, passwordChangedAt }: { id: string; passwordChangedAt: Date | null },
  upgrade: PasswordUpgrade | null,
): string {
  const changed = upgrade === null ? 'updated_at = updated_at' : upgraded(bind, upgrade)
  return `UPDATE users SET ${changed} WHERE id = ${bind(id, 'text')} AND disabled_at IS NULL
    AND password_changed_at IS NOT DISTINCT FROM ${bind(passwordChangedAt, 'timestamptz')}`
}

function upgraded(bind: Bind, { from, to }: PasswordUpgrade): string {
  const still = `password_hash IS NULL AND imported_password_hash = ${bind(from, 'text')}`
  return `password_hash = CASE WHEN ${still} THEN ${bind(to, 'text')} ELSE password_hash END,
    imported_password_hash = CASE WHEN ${still} THEN NULL ELSE imported_password_hash END`
}

/** Written once an hour at most, so that looking around writes nothing. */
const useNotedSeconds = hour

async function noteUse(unit: Unit, { id, user_id: userId, last_used_at: before }: SessionRow): Promise<void> {
  if (userId === null) return
  if (before !== null && unit.now.getTime() - before.getTime() < useNotedSeconds * 1000) return
  unit.writes.update('sessions', { last_used_at: unit.now }, { id })
  await unit.flush()
}

export function createSessions({ units, cookies }: { units: Units; cookies: CookieRules }): BrowserSessions {
  const name = cookies.name(sessionCookie)

  /** The session of the cookie, with its payload, read once in a unit. */
  async function load(ctx: Context, unit: Unit): Promise<{ id: string; payload: AdapterPayload } | null> {
    const id = ctx.cookies.get(name, { signed: true })
    if (!id) return null
    const payload = await model.find(unit, id)
    return payload ? { id, payload } : null
  }

  return {
    find: (ctx) =>
      units.run(ctx, async (unit) => {
        const loaded = await load(ctx, unit)
        if (!loaded) return null
        const { uid, accountId, amr } = loaded.payload
        const row = present(unit.sessions.get(`id ${loaded.id}`), 'session').session
        await noteUse(unit, row)
        const account = accountId === undefined ? null : unit.accounts.get(accountId)
        return {
          id: row.id,
          uid: present(uid, 'session uid'),
          // From the row: in the payload it has lost its milliseconds.
          signedInAt: row.signed_in_at,
          amr: amr ?? [],
          person: account
            ? {
                id: account.id,
                email: account.email,
                emailProven: account.email_verified_at !== null,
                name: account.name,
                locale: account.locale,
                administrator: account.administrator,
              }
            : null,
        }
      }),

    /**
     * Always a new identifier, so that one planted before the sign-in is worth nothing after it (session fixation).
     * The same person keeps their session and the apps in it; somebody else's is ended first.
     */
    signIn: (ctx, user, { amr, upgrade = null }) =>
      units.run(ctx, async (unit) => {
        const loaded = await load(ctx, unit)
        const before = loaded?.payload
        const same = before !== undefined && (before.accountId === undefined || before.accountId === user.id)
        if (before && !same) model.end(unit, loaded.id, 'replaced')
        const id = randomSecret(32)
        const now = epochSeconds(unit.clock)
        const payload: StoredPayload = {
          ...(same ? before : { uid: randomSecret(32) }),
          iat: before?.iat ?? now,
          kind: 'Session',
          accountId: user.id,
          loginTs: unit.now.getTime() / 1000,
          amr,
          exp: now + lifetimes.session,
        }
        model.upsert(unit, id, payload)
        unit.guard({ kind: 'credentials' }, (bind) => unchanged(bind, user, upgrade))
        const { ok } = await unit.flush()
        if (ok) ctx.cookies.set(name, id, { ...cookies.options, expires: dateOf(payload.exp) })
        return ok
      }),

    signOut: (ctx) =>
      units.run(ctx, async (unit) => {
        const loaded = await load(ctx, unit)
        if (loaded) model.destroy(unit, loaded.id)
        await unit.flush()
        ctx.cookies.set(name, null, cookies.options)
      }),
  }
}
