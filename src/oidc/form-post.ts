/**
 * `response_mode=form_post` (OAuth 2.0 Form Post Response Mode): the answer travels in a form that the browser posts to
 * the client. The provider's own page is blank and works by an inline script, which our policy forbids.
 */
import type { Context } from 'koa'
import { Provider, type KoaContextWithOIDC } from 'oidc-provider'
import { contentSecurityPolicy } from '../http/entrance.ts'
import type { Views } from '../http/views.ts'
import { show, speak } from './show.ts'

/**
 * Without `form-action`: Chromium holds it against every redirect that follows the POST, too, and where a client sends
 * its browser on to can't be known here; naming the client alone would stop that browser with the code already spent.
 * Nothing on this one page is anybody else's: its only form goes to the client's registered address.
 */
const policy = contentSecurityPolicy
  .split('; ')
  .filter((directive) => !directive.startsWith('form-action '))
  .join('; ')

export type AnswerByForm = (ctx: KoaContextWithOIDC, redirectUri: string, answer: Record<string, unknown>) => void

export function answerByForm(views: Views): AnswerByForm {
  return (oidcCtx, redirectUri, answer) => {
    const ctx = oidcCtx as unknown as Context
    const { client, params } = oidcCtx.oidc
    speak(ctx, params?.['ui_locales'])
    // An error is an answer like any other; 400 would be about this page, which is as it should be.
    ctx.status = 200
    ctx.set('content-security-policy', policy)
    show(ctx, views, 'form-post', {
      action: redirectUri,
      fields: Object.entries(answer).map(([name, value]) => ({ name, value: String(value) })),
      clientName: client?.clientName ?? client?.clientId ?? '',
    })
  }
}

/** The provider keeps the first handler of a response mode, and registers its own while it is made: ours goes in there. */
export function providerWith(answer: AnswerByForm): typeof Provider {
  return class extends Provider {
    override registerResponseMode(...[name, handler]: Parameters<Provider['registerResponseMode']>): void {
      super.registerResponseMode(name, name === 'form_post' ? answer : handler)
    }
  }
}
