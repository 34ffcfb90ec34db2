/** The pages of accounts: coming in, going out, and what mailed links open. */
import { field } from '../../http/forms.ts'
import type { PageRoute } from '../../http/pages.ts'
import { forgotPassword, showForgotPassword } from './forgot-password.ts'
import { showLink, useLink } from './link.ts'
import { returnOf, withReturn, type AccountServices } from './services.ts'
import { showSignIn, signIn } from './sign-in.ts'
import { showSignUp, signUp } from './sign-up.ts'

export function accountRoutes(services: AccountServices): PageRoute[] {
  return [
    { method: 'GET', path: '/sign-in', access: 'anyone', handle: (page) => showSignIn(services, page) },
    {
      method: 'POST',
      path: '/sign-in',
      access: 'anyone',
      // Where they were going: it asks for a sign-in if it still needs one, and not if there was one in another tab.
      goOnAt: ({ form }) => returnOf(field(form, 'return_to')),
      handle: (page) => signIn(services, page),
    },
    { method: 'GET', path: '/sign-up', access: 'anyone', handle: (page) => showSignUp(services, page) },
    {
      method: 'POST',
      path: '/sign-up',
      access: 'anyone',
      goOnAt: ({ form }) => withReturn('/sign-up', returnOf(field(form, 'return_to'))),
      handle: (page) => signUp(services, page),
    },
    { method: 'GET', path: '/forgot-password', access: 'anyone', handle: (page) => showForgotPassword(services, page) },
    {
      method: 'POST',
      path: '/forgot-password',
      access: 'anyone',
      goOnAt: ({ form }) => withReturn('/forgot-password', returnOf(field(form, 'return_to'))),
      handle: (page) => forgotPassword(services, page),
    },
    { method: 'GET', path: '/links/:token', access: 'anyone', handle: (page) => showLink(services, page) },
    { method: 'POST', path: '/links/:token', access: 'anyone', handle: (page) => useLink(services, page) },
    {
      method: 'POST',
      path: '/sign-out',
      access: 'anyone',
      goOnAt: () => '/',
      async handle(page) {
        await services.sessions.signOut(page.ctx)
        page.redirect('/sign-in?notice=signed-out')
      },
    },
    // Where password managers lead people (https://w3c.github.io/webappsec-change-password-url/).
    {
      method: 'GET',
      path: '/.well-known/change-password',
      access: 'anyone',
      handle: (page) => page.redirect('/account/security/password'),
    },
  ]
}
