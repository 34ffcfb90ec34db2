/** The last step from a page of the provider's to where the browser goes next, where the provider's own step would fail. */
import type { Context } from 'koa'
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Views } from '../http/views.ts'
import type { Mend } from './handler.ts'
import { destination } from './interaction/interaction.ts'
import { show, speak } from './show.ts'

/** The provider's blank page that posts itself to its own sign-out, by an inline script that our policy forbids. */
const submitsItself = '<title>Submitting Callback</title>'

/** It is shown where there is nothing to ask; then there is nothing to post either. */
export function mendBlankPages(ctx: Context): void {
  if (typeof ctx.body !== 'string' || !ctx.body.includes(submitsItself)) return
  const { oidc } = ctx as unknown as KoaContextWithOIDC
  if (oidc.route === 'end_session') {
    // Nobody is signed in: on to where the sign-out would have led (RP-Initiated Logout 1.0, 3).
    const { postLogoutRedirectUri, state }: { postLogoutRedirectUri?: string; state?: string } =
      oidc.session?.state ?? {}
    const target = new URL(postLogoutRedirectUri ?? oidc.urlFor('end_session_success'))
    if (postLogoutRedirectUri !== undefined && state !== undefined) target.searchParams.set('state', state)
    return redirect(ctx, target.href)
  }
  throw new Error(`the provider showed a page of its own at ${oidc.route}`)
}

/**
 * Three redirects become a page that navigates. Two follow a form of ours, the sign-in's or the consent's and the
 * sign-out's: Chromium holds `form-action` against every step after a form's POST, and would stop the way to the client
 * with the code already issued. The third leads to an app's own scheme: the browser opens the app and stays where it is,
 * so what it shows must say so, and have a button for where only a person's own press may open an app.
 */
export function mendRedirects({ views, issuer }: { views: Views; issuer: string }): Mend {
  const { origin } = new URL(issuer)
  return (ctx) => {
    const target = URL.parse(ctx.response.get('location'))
    if (!target || target.origin === origin) return
    const { client, params, route } = (ctx as unknown as KoaContextWithOIDC).oidc
    const followsForm = route === 'resume' || route === 'end_session_confirm'
    if (!followsForm && (target.protocol === 'https:' || target.protocol === 'http:')) return
    const { host } = destination(target.href)
    speak(ctx, params?.['ui_locales'])
    ctx.remove('location')
    ctx.status = 200
    show(ctx, views, 'continue', { href: target.href, clientName: client?.clientName ?? host, host })
  }
}

function redirect(ctx: Context, target: string): void {
  ctx.status = 303
  ctx.redirect(target)
}
