/** The words that people read: one catalogue of ICU messages per language, and which language a visitor gets. */
import { IntlMessageFormat } from 'intl-messageformat'
import nunjucks from 'nunjucks'
import de from '../../views/messages/de.json' with { type: 'json' }
import en from '../../views/messages/en.json' with { type: 'json' }
import es from '../../views/messages/es.json' with { type: 'json' }
import fr from '../../views/messages/fr.json' with { type: 'json' }
import ja from '../../views/messages/ja.json' with { type: 'json' }

const comingWithUs = ['en', 'de', 'es', 'fr', 'ja'] as const

/** Those that an operator adds (MESSAGES_DIR) are as good, though no compiler knows them. */
export type Locale = (typeof comingWithUs)[number]
export type MessageKey = keyof typeof en
export type Catalogue = Readonly<Record<MessageKey, string>>

export function isMessageKey(text: string): text is MessageKey {
  return Object.hasOwn(en, text)
}

/** The English catalogue defines the keys: a translation that lacks one doesn't compile. */
const ours: Readonly<Record<Locale, Catalogue>> = { en, de, es, fr, ja }

// The process's own, like its templates: what is added at start is there for all that it serves.
const present = { locales: [...comingWithUs] as Locale[], catalogues: { ...ours } }

/** Ask each time: an operator's own are added at start. */
export const locales: readonly Locale[] = present.locales
export const catalogues: Readonly<Record<Locale, Catalogue>> = present.catalogues

/** In the place of those that come with the program, or besides; disposing takes them out again. */
export function addCatalogues(added: ReadonlyMap<Locale, Catalogue>): Disposable {
  const before = { ...present.catalogues }
  Object.assign(present.catalogues, Object.fromEntries(added))
  present.locales.push(...[...added.keys()].filter((locale) => !present.locales.includes(locale)))
  return {
    [Symbol.dispose]() {
      for (const locale of added.keys()) {
        if (Object.hasOwn(before, locale)) present.catalogues[locale] = before[locale]
        else delete (present.catalogues as Partial<Record<Locale, Catalogue>>)[locale]
      }
      present.locales.splice(0, Infinity, ...(Object.keys(present.catalogues) as Locale[]))
    },
  }
}

export type MessageValues = Record<string, unknown>
export type Translate = (key: string, values?: MessageValues) => string | nunjucks.runtime.SafeString

// Times are said in UTC and say so: the server can't know the reader's zone, and its own would be a guess.
export const formats = {
  date: {
    day: { dateStyle: 'long', timeZone: 'UTC' },
    moment: { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' },
  },
} as const

export interface TranslateOptions {
  /** Values that every message may name, as they are when it is said. */
  constants: MessageValues
  /** What the message's own text goes through when it stands beside markup. */
  escape: (text: string) => string
}

/**
 * `t(key, values)` for one language. A message holds no HTML; a value that a template made as markup (a macro's
 * result) makes the whole answer markup, in which everything else is escaped.
 */
export function createTranslate(locale: Locale, catalogue: Catalogue, options: TranslateOptions): Translate {
  const parsed = new Map<string, IntlMessageFormat>()

  function message(key: string): IntlMessageFormat {
    const known = parsed.get(key)
    if (known) return known
    const text = (catalogue as Record<string, string>)[key]
    if (text === undefined) throw new Error(`No message "${key}" in the ${locale} catalogue.`)
    const fresh = new IntlMessageFormat(text, locale, formats, { ignoreTag: true })
    parsed.set(key, fresh)
    return fresh
  }

  return (key, values = {}) => {
    const parts = message(key).formatToParts({ ...options.constants, ...values })
    if (!parts.some((part) => isMarkup(part.value))) return parts.map((part) => String(part.value)).join('')
    const markup = parts.map((part) => (isMarkup(part.value) ? String(part.value) : options.escape(String(part.value))))
    return new nunjucks.runtime.SafeString(markup.join(''))
  }
}

function isMarkup(value: unknown): boolean {
  return value instanceof nunjucks.runtime.SafeString
}

/** The app's wish (`ui_locales`, OIDC Core 3.1.2.1) comes before the browser's (`Accept-Language`); English is the last resort. */
export function negotiateLocale(wishes: {
  uiLocales?: string | undefined
  acceptLanguage?: string | undefined
}): Locale {
  const tags = [...(wishes.uiLocales ?? '').split(/\s+/), ...byQuality(wishes.acceptLanguage ?? '')]
  for (const tag of tags) {
    const found = localeOf(tag)
    if (found) return found
  }
  return 'en'
}

/** By its language, wherever it is spoken: `es-MX` is told in Spanish. Null where there are no words in it. */
export function localeOf(tag: string | null | undefined): Locale | null {
  const language = tag?.toLowerCase().split('-')[0]
  return locales.find((locale) => locale === language) ?? null
}

/** RFC 9110, 12.5.4: most wanted first, those of equal weight in their order, refused ones (`q=0`) left out. */
function byQuality(header: string): string[] {
  // Longer than any browser's list; what is beyond is not worth the time of sorting it.
  const ranges = header.split(',', 32).map((range) => {
    const [tag = '', ...parameters] = range.split(';').map((part) => part.trim())
    const quality = parameters.find((parameter) => /^q=/i.test(parameter))?.slice(2)
    const weight = quality === undefined ? 1 : Number(quality)
    return { tag, weight: Number.isFinite(weight) ? weight : 0 }
  })
  return ranges
    .filter((range) => range.weight > 0)
    .toSorted((a, b) => b.weight - a.weight)
    .map((range) => range.tag)
}
