/**
 * What a stolen key or a session left open must not be able to do: it asks for an administrator who has just shown
 * that it is them (RFC 9470), or for whoever sits at the host.
 */
import type { Clock } from '../../platform/clock.ts'
import { Problem } from '../problem.ts'
import type { Principal, Reach } from './principal.ts'

/** What a route that needs it answers besides. */
export const freshSignInProblems = ['insufficient_user_authentication', 'fresh_sign_in_required', 'forbidden'] as const

/** In seconds. */
const OLDEST_SIGN_IN = 600

/**
 * By the sign-in that the token itself came from: who holds an older token doesn't gain by the person's next one.
 * @throws {Problem} `forbidden`, `fresh_sign_in_required`, or 401 with what the client then asks for
 */
export function demandFreshSignIn(principal: Principal | undefined, reach: Reach | undefined, clock: Clock): void {
  if (principal?.kind === 'operator') return
  if (!principal || reach !== 'everything') {
    throw new Problem('forbidden', {
      detail: 'Only administrators of the platform do this, by a token with the admin: scope of it.',
    })
  }
  if (principal.kind === 'api_key' || principal.subjectKind !== 'user') {
    throw new Problem('fresh_sign_in_required', {
      detail:
        'No key, and no client by itself, can do this. It needs the access token of an administrator who has just signed in, or the keygrant command on the host.',
    })
  }
  const age = clock.now().getTime() - (principal.authenticatedAt?.getTime() ?? -Infinity)
  if (age <= OLDEST_SIGN_IN * 1000) return
  throw new Problem('insufficient_user_authentication', {
    detail: `This needs a sign-in of the last ten minutes. Authorize again with max_age=${OLDEST_SIGN_IN}, and use the new token.`,
    headers: {
      'www-authenticate': `Bearer error="insufficient_user_authentication", error_description="A more recent sign-in is required", max_age="${OLDEST_SIGN_IN}"`,
    },
  })
}
