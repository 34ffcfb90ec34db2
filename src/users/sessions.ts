/** What people's pages need of the sessions, which live beside the tokens and are made there. */
import type { Context } from 'koa'
import type { AuditContext } from '../audit/record.ts'
import type { Tx } from '../platform/database.ts'
import type { User } from './user.ts'

export interface Sessions {
  /**
   * Gives the browser a session of this person under a fresh identifier, so that one planted before is worth nothing;
   * a session of somebody else is ended first. `amr` as in RFC 8176. `user.signed_in` is noted by the caller.
   *
   * False, and nothing is done, where the password has been changed since `user` was read, or the person disabled: what
   * ends all sessions for it would otherwise miss the one of a sign-in that is under way.
   */
  signIn(ctx: Context, user: Pick<User, 'id' | 'passwordChangedAt'>, how: { amr: string[] }): Promise<boolean>
  /** Ends the browser's session, if there is one, and notes `user.signed_out`. */
  signOut(ctx: Context): Promise<void>
}

/**
 * Ends every session of a person and what is bound to them, in the transaction of the change that is the reason.
 * With `families` also everything that apps hold: when whoever acted before may have been somebody else.
 */
export type EndAccess = (tx: Tx, userId: string, what: { families: boolean }, context: AuditContext) => Promise<void>
