/** Pages and mails from typed models: nunjucks with autoescape, one environment per language, every template compiled at start. */
import nunjucks from 'nunjucks'
import { assetUrl } from './assets.ts'
import { plainBrand, type Brand } from './brand.ts'
import { catalogues, createTranslate, locales, type Catalogue, type Locale, type Translate } from './messages.ts'
import { noticeTemplates } from './notice-models.ts'
import type { MailModels, MailName, PageModels, PageName, SharedModel } from './page-models.ts'
import { screenGlobals } from './screen-values.ts'
import { compileOptions, templateLoader } from './templates.ts'
import {
  durationOf,
  escapeHtml,
  isRightToLeft,
  monogramOf,
  offersChoice,
  outwardHref,
  strictModel,
  webAddress,
} from './view-values.ts'

/** Which template shows which page. */
const templates = {
  home: 'pages/site/home.njk',
  error: 'pages/site/error.njk',
  'sign-in': 'pages/users/sign-in.njk',
  'sign-up': 'pages/users/sign-up.njk',
  'sign-up-closed': 'pages/users/sign-up-closed.njk',
  'forgot-password': 'pages/users/forgot-password.njk',
  'check-mail': 'pages/users/check-mail.njk',
  link: 'pages/users/link.njk',
  'link-dead': 'pages/users/link-dead.njk',
  consent: 'pages/oidc/consent.njk',
  continue: 'pages/oidc/continue.njk',
  'form-post': 'pages/oidc/form-post.njk',
  'sign-out': 'pages/oidc/sign-out.njk',
  'signed-out': 'pages/oidc/signed-out.njk',
  screen: 'pages/desk/screen.njk',
  docs: 'pages/docs/docs.njk',
  'docs-troubleshooting': 'pages/docs/troubleshooting.njk',
  'docs-errors': 'pages/docs/errors.njk',
  'docs-error': 'pages/docs/error.njk',
  'docs-guide': 'pages/docs/guide.njk',
  'docs-file': 'pages/docs/file.njk',
  'docs-search': 'pages/docs/search.njk',
  'docs-reference': 'pages/docs/reference.njk',
  'docs-collection': 'pages/docs/collection.njk',
  'dev-mail': 'pages/dev/dev-mail.njk',
  'dev-mail-message': 'pages/dev/dev-mail-message.njk',
  demo: 'pages/demo/demo.njk',
} satisfies Record<PageName, string>

const mails = {
  'sign-up': 'emails/sign-up.njk',
  'already-registered': 'emails/already-registered.njk',
  'reset-password': 'emails/reset-password.njk',
  'reset-unknown': 'emails/reset-unknown.njk',
  'password-changed': 'emails/password-changed.njk',
  'address-changed': 'emails/address-changed.njk',
  invitation: 'emails/invitation.njk',
  'prove-email': 'emails/prove-email.njk',
  'new-device': 'emails/new-device.njk',
  'key-rotated': 'emails/key-rotated.njk',
  'key-leaked': 'emails/key-leaked.njk',
  ...noticeTemplates,
} satisfies Record<MailName, string>

export interface ViewsOptions {
  /** Read at each page: it may be changed while the server runs. */
  platform: { readonly name: string; readonly supportEmail: string }
  mode: 'development' | 'production'
  /** Unless said, it has no look of its own. */
  brand?: Brand
  catalogues?: Readonly<Record<Locale, Catalogue>>
}

export interface RenderedMail {
  subject: string
  text: string
  html: string
}

export interface Views {
  /** A whole HTML document. Throws when a template asks for what its model lacks: that is a fault of ours. */
  render<K extends PageName>(page: K, model: PageModels[K], shared: SharedModel): string
  renderMail<K extends MailName>(mail: K, model: MailModels[K], locale: Locale): RenderedMail
}

interface Language {
  t: Translate
  html: nunjucks.Environment
  text: nunjucks.Environment
}

export function createViews(options: ViewsOptions): Views {
  const languages = new Map<Locale, Language>(locales.map((locale) => [locale, createLanguage(locale, options)]))

  function language(locale: Locale): Language {
    const found = languages.get(locale)
    if (!found) throw new Error(`No language "${locale}".`)
    return found
  }

  return {
    render(page, model, shared) {
      const { html } = language(shared.locale)
      return html.render(templates[page], { model: strictModel(model), shared: strictModel(shared) })
    },
    renderMail(mail, model, locale) {
      const { t, html, text } = language(locale)
      const subject = String(t(`mail.${mail}.subject`))
      const context = { model: strictModel(singleLines(model)), locale, subject }
      return {
        subject,
        text:
          text
            .render(mails[mail], { ...context, kind: 'text' })
            .replaceAll(/\n{3,}/g, '\n\n')
            .trim() + '\n',
        html: html.render(mails[mail], { ...context, kind: 'html' }),
      }
    },
  }
}

/** A line break in somebody's name could write a paragraph of its own into a plain-text mail, with a link in it. */
function singleLines<T extends object>(model: T): T {
  const lines = Object.entries(model).map(([name, value]: [string, unknown]) => [
    name,
    typeof value === 'string' ? value.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim() : value,
  ])
  return Object.fromEntries(lines) as T
}

function createLanguage(locale: Locale, options: ViewsOptions): Language {
  const catalogue = (options.catalogues ?? catalogues)[locale]
  const constants = {
    get platform() {
      return options.platform.name
    },
  }
  const t = createTranslate(locale, catalogue, { constants, escape: escapeHtml })
  const html = createEnvironment(t, options, { locale, autoescape: true })
  // Compiled now, so that a broken template stops the start and the first visitor waits for nobody.
  for (const template of [...Object.values(templates), ...Object.values(mails)]) html.getTemplate(template, true)
  const text = createEnvironment(createTranslate(locale, catalogue, { constants, escape: (plain) => plain }), options, {
    locale,
    autoescape: false,
  })
  return { t, html, text }
}

function createEnvironment(
  t: Translate,
  options: ViewsOptions,
  { locale, autoescape }: { locale: Locale; autoescape: boolean },
): nunjucks.Environment {
  const environment = new nunjucks.Environment(templateLoader(), { ...compileOptions, autoescape })
  const globals = {
    t,
    assetUrl,
    platform: options.platform,
    brand: options.brand ?? plainBrand,
    development: options.mode === 'development',
    rightToLeft: isRightToLeft(locale),
    hasError: (errors: { field: string | null }[], field: string) => errors.some((error) => error.field === field),
    errorText: (error: { code: string }) => t(`form-error.${error.code}`, { ...error }),
    duration: (minutes: number) => {
      const { unit, count } = durationOf(minutes)
      return t(`duration.${unit}`, { count })
    },
    monogram: monogramOf,
    offersChoice,
    outwardHref,
    webAddress,
    ...screenGlobals(t, locale),
  }
  for (const [name, value] of Object.entries(globals)) environment.addGlobal(name, value)
  return environment
}
