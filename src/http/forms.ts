/** Forms: the token that proves a form came from a page of ours, and reading what was posted. */
import { randomBytes } from 'node:crypto'
import type { Context, Middleware } from 'koa'
import { constantTimeEqual, type Secrets } from '../platform/secrets.ts'
import type { CookieRules } from './cookies.ts'
import { readFormBody } from './form-body.ts'
import { readUploadBody } from './upload-body.ts'
import { Problem } from './problem.ts'

/** What was sent under each name, in its order. */
export type FormFields = Readonly<Record<string, readonly string[]>>

export interface Forms {
  /** The token for one form of this browser and session; `subject` is the session that the form is shown in. */
  token(ctx: Context, action: string, subject: string): string
  /** Refuses a form that another site sent, or that was shown to another session. */
  verify(ctx: Context, subject: string): void
}

const cookieName = 'keygrant-form'

/**
 * The token is a MAC of a random cookie, the session and the form's own address: a page of another site can read none
 * of them, a form shown before a sign-in doesn't count after it, and a token for one form is worthless for another.
 */
export function createForms(secrets: Secrets, cookies: CookieRules): Forms {
  const name = cookies.name(cookieName)
  const mac = (cookie: string, action: string, subject: string) =>
    secrets.digest('csrf', JSON.stringify([cookie, action, subject])).toString('base64url')

  return {
    token(ctx, action, subject) {
      const state = ctx.state as { formCookie?: string }
      let cookie = state.formCookie ?? ctx.cookies.get(name, { signed: true })
      if (!cookie) {
        cookie = randomBytes(24).toString('base64url')
        ctx.cookies.set(name, cookie, cookies.options)
      }
      state.formCookie = cookie
      return mac(cookie, pathOf(action), subject)
    },
    verify(ctx, subject) {
      // A browser says itself when a form comes from elsewhere, and no page can make it lie.
      const site = ctx.get('sec-fetch-site')
      if (site !== '' && site !== 'same-origin' && site !== 'none') throw new Problem('form_expired')
      const cookie = ctx.cookies.get(name, { signed: true })
      const given = field(fieldsOf(ctx), '_csrf')
      if (!cookie || !constantTimeEqual(mac(cookie, ctx.path, subject), given)) throw new Problem('form_expired')
    },
  }
}

/** Reads the form that was posted, for `fieldsOf`. */
export function readForm(): Middleware {
  return async (ctx, next) => {
    const posted = await readFormBody(ctx)
    const names = [...new Set(posted.keys())]
    const state = ctx.state as { form?: FormFields }
    state.form = Object.fromEntries(names.map((name) => [name, posted.getAll(name)]))
    await next()
  }
}

/** The same of one that may bring files, and needs not. */
export function readUpload(): Middleware {
  const plain = readForm()
  return async (ctx, next) => {
    if (!ctx.is('multipart/form-data')) {
      await plain(ctx, next)
      return
    }
    const { fields, files } = await readUploadBody(ctx)
    Object.assign(ctx.state, { form: fields, files })
    await next()
  }
}

/** What was chosen in a file's field; null: nothing was. */
export function uploadedFile(ctx: Context, name: string): Buffer | null {
  return (ctx.state as { files?: ReadonlyMap<string, Buffer> }).files?.get(name) ?? null
}

export function fieldsOf(ctx: Context): FormFields {
  return (ctx.state as { form?: FormFields }).form ?? {}
}

/** One field's text; empty if it is missing, the first if it was sent more than once. */
export function field(fields: FormFields, name: string): string {
  return fieldList(fields, name)[0] ?? ''
}

/** All values of a field. */
export function fieldList(fields: FormFields, name: string): readonly string[] {
  return (Object.hasOwn(fields, name) ? fields[name] : undefined) ?? []
}

function pathOf(action: string): string {
  return new URL(action, 'http://local').pathname
}
