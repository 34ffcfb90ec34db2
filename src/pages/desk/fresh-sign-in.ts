/** Asks for a recent sign-in before a form is shown, where the API would refuse what it sends: nothing typed is lost by it. */
import { demandFreshSignIn } from '../../http/api/fresh-sign-in.ts'
import type { Desk } from './desk.ts'
import { personPrincipal } from './principal.ts'

/** @throws {Problem} which leads to a sign-in and back */
export function demandFresh(desk: Desk): void {
  demandFreshSignIn(personPrincipal(desk, desk.belongings), 'everything', { now: () => desk.now })
}
