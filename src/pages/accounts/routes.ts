/** The pages of accounts: coming in, going out, and what mailed links open. */
import type { PageRoute } from '../../http/pages.ts'
import { forgotPassword, showForgotPassword } from './forgot-password.ts'
import { showLink, useLink } from './link.ts'
import type { AccountServices } from './services.ts'
import { showSignIn, signIn } from './sign-in.ts'
import { showSignUp, signUp } from './sign-up.ts'

export function accountRoutes(services: AccountServices): PageRoute[] {
  return [
    { method: 'GET', path: '/sign-in', access: 'anyone', handle: (page) => showSignIn(services, page) },
    { method: 'POST', path: '/sign-in', access: 'anyone', handle: (page) => signIn(services, page) },
    { method: 'GET', path: '/sign-up', access: 'anyone', handle: (page) => showSignUp(services, page) },
    { method: 'POST', path: '/sign-up', access: 'anyone', handle: (page) => signUp(services, page) },
    { method: 'GET', path: '/forgot-password', access: 'anyone', handle: (page) => showForgotPassword(services, page) },
    { method: 'POST', path: '/forgot-password', access: 'anyone', handle: (page) => forgotPassword(services, page) },
    { method: 'GET', path: '/links/:token', access: 'anyone', handle: (page) => showLink(services, page) },
    { method: 'POST', path: '/links/:token', access: 'anyone', handle: (page) => useLink(services, page) },
    {
      method: 'POST',
      path: '/sign-out',
      access: 'anyone',
      async handle(page) {
        await services.sessions.signOut(page.ctx)
        page.redirect('/sign-in?notice=signed-out')
      },
    },
    // Until the account has more pages, its first one is what people come for.
    {
      method: 'GET',
      path: '/account',
      access: 'signed-in',
      handle: (page) => page.redirect('/account/connected-apps'),
    },
  ]
}
