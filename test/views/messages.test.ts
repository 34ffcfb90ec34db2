/** Which language a visitor gets, what a message may become, and that each language has them all. */
import { IntlMessageFormat } from 'intl-messageformat'
import nunjucks from 'nunjucks'
import { describe, expect, test } from 'vitest'
import {
  catalogues,
  createTranslate,
  localeOf,
  locales,
  negotiateLocale,
  type Locale,
} from '../../src/http/messages.ts'
import { escapeHtml } from '../../src/http/view-values.ts'

describe('the language', () => {
  test.each([
    ['the browser’s', { acceptLanguage: 'de-AT,de;q=0.9,en;q=0.8' }, 'de'],
    ['the browser’s most wanted, whatever the order', { acceptLanguage: 'en;q=0.2, de;q=0.7' }, 'de'],
    ['the next one that we have', { acceptLanguage: 'nl-BE, de;q=0.5' }, 'de'],
    ['none that is refused', { acceptLanguage: 'de;q=0, en' }, 'en'],
    ['the app’s wish before the browser’s', { uiLocales: 'nl de', acceptLanguage: 'en' }, 'de'],
    ['the browser’s when we lack what the app wishes', { uiLocales: 'nl', acceptLanguage: 'de' }, 'de'],
    ['Spanish wherever it is spoken', { acceptLanguage: 'es-419,es;q=0.9,en;q=0.8' }, 'es'],
    ['Spanish when the app wishes it', { uiLocales: 'es-MX', acceptLanguage: 'en' }, 'es'],
    ['French in Canada, too', { acceptLanguage: 'fr-CA, de;q=0.5' }, 'fr'],
    ['French before the browser’s', { uiLocales: 'nl fr-CH', acceptLanguage: 'ja' }, 'fr'],
    ['Japanese with a script and a country', { uiLocales: 'ja-Jpan-JP', acceptLanguage: 'en' }, 'ja'],
    ['Japanese before English of less weight', { acceptLanguage: 'en;q=0.5, ja' }, 'ja'],
    ['English when nothing fits', { uiLocales: 'tlh', acceptLanguage: '*' }, 'en'],
    ['English when nothing is said', {}, 'en'],
    ['English when nonsense is said', { acceptLanguage: ';;q=x,,=' }, 'en'],
  ] as const)('is %s', (_, wishes, locale) => {
    expect(negotiateLocale(wishes)).toBe(locale)
  })

  test.each(locales)('is %s by its own name, in the app’s wish and in the browser’s', (locale) => {
    expect(negotiateLocale({ uiLocales: locale })).toBe(locale)
    expect(negotiateLocale({ acceptLanguage: `nl, ${locale.toUpperCase()};q=0.3` })).toBe(locale)
  })
})

test('somebody’s own language is found wherever it is spoken, and none that we lack', () => {
  expect(['es-MX', 'DE', 'fr', 'tlh', '', null].map((tag) => localeOf(tag))).toEqual([
    'es',
    'de',
    'fr',
    null,
    null,
    null,
  ])
})

describe('a message', () => {
  const t = createTranslate('en', catalogues.en, { constants: { platform: 'Northwind' }, escape: escapeHtml })

  test('that holds markup escapes everything else in it', () => {
    const link = new nunjucks.runtime.SafeString('<a href="/x">x</a>')
    expect(String(t('sign-in.continue-to', { client: '<b>', host: link }))).toBe(
      'Then you go on to &lt;b&gt; at <a href="/x">x</a>.',
    )
  })

  test('that holds none stays text, for the template to escape', () => {
    expect(t('sign-in.continue-to', { client: '<b>', host: 'h' })).toBe('Then you go on to <b> at h.')
  })

  test('counts as the language counts', () => {
    expect(t('duration.minutes', { count: 1 })).toBe('1 minute')
    expect(t('duration.minutes', { count: 30 })).toBe('30 minutes')
  })

  test('that doesn’t exist, or lacks a value, is a fault of ours', () => {
    expect(() => t('no.such.message')).toThrow('no.such.message')
    expect(() => t('layout.help')).toThrow('address')
  })
})

type Parsed = ReturnType<IntlMessageFormat['getAst']>

/** What a message is given, and as what it takes it: in a plural and in a choice, too. */
function argumentsOf(parsed: Parsed): string[] {
  return parsed.flatMap((element) => {
    const kind = kinds[element.type]
    if (kind === undefined || !('value' in element)) return []
    const within = 'options' in element ? Object.values(element.options).flatMap(({ value }) => argumentsOf(value)) : []
    return [`${element.value}: ${kind}`, ...within]
  })
}

/** What it says itself within plurals and choices. */
function textsWithin(parsed: Parsed, isWithin = false): string {
  const texts = parsed.map((element) => {
    if ('options' in element) return Object.values(element.options).map(({ value }) => textsWithin(value, true))
    return isWithin && kinds[element.type] === undefined && 'value' in element ? [element.value] : []
  })
  return texts.flat().join('')
}

const readMessage = (text: string, locale: Locale): Parsed =>
  new IntlMessageFormat(text, locale, undefined, { ignoreTag: true }).getAst()

/** Those that take something, as the parser numbers them. */
const kinds: Record<number, string> = { 1: 'text', 2: 'number', 3: 'date', 4: 'time', 5: 'choice', 6: 'plural' }

const takenOf = (locale: Locale) =>
  Object.fromEntries(
    Object.entries(catalogues[locale]).map(([key, text]) => {
      return [key, [...new Set(argumentsOf(readMessage(text, locale)))].toSorted()]
    }),
  )

describe.each(locales)('the catalogue of %s', (locale) => {
  test('has the keys of the English one, in their order, and no other', () => {
    expect(Object.keys(catalogues[locale])).toEqual(Object.keys(catalogues.en))
  })

  test('has messages that can be read, and take what the English ones take', () => {
    const [own, english] = [takenOf(locale), takenOf('en')]
    expect(Object.keys(own).filter((key) => String(own[key]) !== String(english[key]))).toEqual([])
  })

  test('has no number that is said as the sign for it: a choice within a plural doesn’t know it', () => {
    const raw = Object.entries(catalogues[locale]).filter(([, text]) =>
      textsWithin(readMessage(text, locale)).includes('#'),
    )
    expect(raw.map(([key]) => key)).toEqual([])
  })

  test('has nothing that is empty or has blanks around it', () => {
    expect(Object.entries(catalogues[locale]).filter(([, text]) => text === '' || text !== text.trim())).toEqual([])
  })
})

test.each([
  ['en', 'November 24, 2026', 'Nov 24, 2026, 10:14 PM UTC', '1,234.5'],
  ['de', '24. November 2026', '24.11.2026, 22:14 UTC', '1.234,5'],
  ['es', '24 de noviembre de 2026', '24 nov 2026, 22:14 UTC', '1234,5'],
  ['fr', '24 novembre 2026', '24 nov. 2026, 22:14 UTC', '1 234,5'],
  ['ja', '2026年11月24日', '2026/11/24 22:14 UTC', '1,234.5'],
] as const)('days, moments and numbers are said as in %s', (locale, day, moment, number) => {
  const t = createTranslate(locale, catalogues[locale], { constants: {}, escape: escapeHtml })
  const at = new Date('2026-11-24T22:14:00Z')
  const said = (text: unknown) => String(text).replaceAll(/[\u00a0\u202f]/g, ' ')
  expect([said(t('time.day', { at })), said(t('time.moment', { at }))]).toEqual([day, moment])
  expect(said(t('desk.number', { number: 1234.5 }))).toBe(number)
})
