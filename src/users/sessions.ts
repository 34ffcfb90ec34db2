/** What people's pages need of the sessions, which live beside the tokens and are made there. */
import type { Context } from 'koa'
import type { AuditContext } from '../audit/record.ts'
import type { Tx } from '../platform/database.ts'
import type { User } from './user.ts'

/** The hash that was brought along, and ours of the same password, which takes its place as the person signs in. */
export interface PasswordUpgrade {
  from: string
  to: string
}

export interface Sessions {
  /**
   * Gives the browser a session of this person under a fresh identifier, so that one planted before is worth nothing;
   * a session of somebody else is ended first. `amr` as in RFC 8176. `user.signed_in` is noted by the caller.
   *
   * False, and nothing is done, where the password has been changed since `user` was read, or the person disabled: what
   * ends all sessions for it would otherwise miss the one of a sign-in that is under way.
   */
  signIn(
    ctx: Context,
    user: Pick<User, 'id' | 'passwordChangedAt'>,
    how: { amr: string[]; upgrade?: PasswordUpgrade | null },
  ): Promise<boolean>
  /** Ends the browser's session, if there is one, and notes `user.signed_out`. */
  signOut(ctx: Context): Promise<void>
}

/**
 * Why a person's access ends. With `families` also what apps hold, and may hold again without asking, when whoever acted
 * before may have been somebody else. A disabled person's apps lose what they hold, but what was allowed them stays.
 */
export type AccessEnd = { reason: 'credentials_changed'; families: boolean } | { reason: 'disabled' }

/** Ends every session of a person and what is bound to them, in the transaction of the change that is the reason. */
export type EndAccess = (tx: Tx, userId: string, end: AccessEnd, context: AuditContext) => Promise<void>
