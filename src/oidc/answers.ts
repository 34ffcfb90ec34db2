/** The pages that oidc-provider asks for: faults, and signing out. */
import type { Context } from 'koa'
import type { RequestState } from '../http/entrance.ts'
import { errorStatus, showError } from '../http/error-page.ts'
import { negotiateLocale } from '../http/messages.ts'
import type { ErrorReason, SharedModel } from '../http/page-models.ts'
import type { Views } from '../http/views.ts'
import type { ProviderParts } from './provider.ts'

type Answers = Pick<ProviderParts, 'renderError' | 'renderSignOut' | 'renderSignedOut'>

export function createAnswers(views: Views): Answers {
  return {
    /** A fault that must not be sent to the client: it may not be the client's address (RFC 6749, 4.1.2.1). */
    renderError(oidcCtx, out, error) {
      const ctx = oidcCtx as unknown as Context
      speak(ctx)
      showError(ctx, views, {
        status: errorStatus(ctx.status),
        reason: reasonOf(ctx, out, error),
        code: out.error,
        detail: out.error_description ?? null,
      })
    },

    renderSignOut(oidcCtx) {
      const ctx = oidcCtx as unknown as Context
      speak(ctx)
      const { session, client } = oidcCtx.oidc
      const { secret } = session!.state as { secret: string }
      show(ctx, 'sign-out', {
        clientName: client?.clientName ?? null,
        action: '/oauth2/logout/confirm',
        // The provider's own proof that this form came from here.
        fields: [
          { name: 'xsrf', value: secret },
          { name: 'logout', value: 'yes' },
        ],
        cancelHref: '/',
      })
    },

    renderSignedOut(oidcCtx) {
      const ctx = oidcCtx as unknown as Context
      show(ctx, 'signed-out', { signInHref: '/sign-in' })
    },
  }

  function show<K extends 'sign-out' | 'signed-out'>(
    ctx: Context,
    page: K,
    model: Parameters<typeof views.render<K>>[1],
  ): void {
    const { requestId, locale } = ctx.state as RequestState
    const shared: SharedModel = { locale, csrf: () => '', user: null, requestId, path: ctx.path }
    ctx.type = 'text/html; charset=utf-8'
    ctx.set('cache-control', 'no-store')
    ctx.body = views.render(page, model, shared)
  }
}

/** OIDC Core, 3.1.2.1: `ui_locales` goes before the browser's own languages. */
function speak(ctx: Context): void {
  const uiLocales = ctx.query['ui_locales']
  if (typeof uiLocales === 'string')
    (ctx.state as RequestState).locale = negotiateLocale({ uiLocales, acceptLanguage: ctx.get('accept-language') })
}

function reasonOf(
  ctx: Context,
  out: { error: string; error_description?: string | undefined },
  error: Error,
): ErrorReason {
  if (error.constructor.name === 'SessionNotFound') return 'interaction_expired'
  if (out.error === 'invalid_client') return 'client_unknown'
  if (out.error === 'invalid_redirect_uri') return 'redirect_uri_mismatch'
  if (ctx.path.startsWith('/oauth2/logout')) return 'sign_out_failed'
  return 'request_invalid'
}
