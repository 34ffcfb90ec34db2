/** The pages that oidc-provider asks for: faults, signing out, and answers that travel in a form. */
import type { Context } from 'koa'
import { errorStatus, showError } from '../http/error-page.ts'
import type { ErrorReason } from '../http/page-models.ts'
import type { Views } from '../http/views.ts'
import { present } from './adapter/model.ts'
import { answerByForm } from './form-post.ts'
import type { ProviderParts } from './provider.ts'
import { show, speak } from './show.ts'

type Answers = Pick<ProviderParts, 'renderError' | 'renderSignOut' | 'renderSignedOut' | 'answerByForm'>

export function createAnswers(views: Views): Answers {
  return {
    /** A fault that must not be sent to the client: it may not be the client's address (RFC 6749, 4.1.2.1). */
    renderError(oidcCtx, out, error) {
      const ctx = oidcCtx as unknown as Context
      const { route, entities } = oidcCtx.oidc
      if (route === 'resume' && entities.Interaction && isSessionNotFound(error)) {
        // It was answered in a session that this browser doesn't have any more: whoever is here now is asked.
        ctx.status = 303
        ctx.redirect(`/interaction/${entities.Interaction.uid}`)
        return
      }
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
      const { secret } = present(session?.state, 'sign-out secret') as { secret: string }
      show(ctx, views, 'sign-out', {
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
      show(ctx, views, 'signed-out', { signInHref: '/sign-in' })
    },

    answerByForm: answerByForm(views),
  }
}

function isSessionNotFound(error: Error): boolean {
  return error.constructor.name === 'SessionNotFound'
}

function reasonOf(
  ctx: Context,
  out: { error: string; error_description?: string | undefined },
  error: Error,
): ErrorReason {
  if (isSessionNotFound(error)) return 'interaction_expired'
  if (out.error === 'invalid_client') return 'client_unknown'
  if (out.error === 'invalid_redirect_uri') return 'redirect_uri_mismatch'
  if (ctx.path.startsWith('/oauth2/logout')) return 'sign_out_failed'
  return 'request_invalid'
}
