/** `/account/security`: with what somebody signs in, and where they are signed in. */
import type { DeskRoute } from '../desk.ts'
import { changeOwnPassword, showPassword, type PasswordPages } from './password.ts'
import { askEndOthers, endOthers, endSession } from './sessions.ts'
import { showSecurity } from './security.ts'
import { endOthersPath, passwordPath, securityPath, sessionsPath } from './paths.ts'

export function securityPages(pages: PasswordPages): DeskRoute[] {
  return [
    { method: 'GET', path: securityPath, handle: showSecurity },
    { method: 'GET', path: passwordPath, handle: (desk) => showPassword(desk) },
    { method: 'POST', path: passwordPath, handle: (desk) => changeOwnPassword(desk, pages) },
    { method: 'GET', path: endOthersPath, handle: askEndOthers },
    { method: 'POST', path: endOthersPath, handle: endOthers },
    { method: 'POST', path: `${sessionsPath}/:id/end`, handle: endSession },
  ]
}
