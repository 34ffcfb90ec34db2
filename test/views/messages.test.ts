/** Which language a visitor gets, and what a message may become. */
import nunjucks from 'nunjucks'
import { describe, expect, test } from 'vitest'
import { catalogues, createTranslate, negotiateLocale } from '../../src/http/messages.ts'
import { escapeHtml } from '../../src/http/view-values.ts'

describe('the language', () => {
  test.each([
    ['the browser’s', { acceptLanguage: 'de-AT,de;q=0.9,en;q=0.8' }, 'de'],
    ['the browser’s most wanted, whatever the order', { acceptLanguage: 'en;q=0.2, de;q=0.7' }, 'de'],
    ['the next one that we have', { acceptLanguage: 'fr-CA, de;q=0.5' }, 'de'],
    ['none that is refused', { acceptLanguage: 'de;q=0, en' }, 'en'],
    ['the app’s wish before the browser’s', { uiLocales: 'fr de', acceptLanguage: 'en' }, 'de'],
    ['the browser’s when we lack what the app wishes', { uiLocales: 'fr', acceptLanguage: 'de' }, 'de'],
    ['English when nothing fits', { uiLocales: 'tlh', acceptLanguage: '*' }, 'en'],
    ['English when nothing is said', {}, 'en'],
    ['English when nonsense is said', { acceptLanguage: ';;q=x,,=' }, 'en'],
  ] as const)('is %s', (_, wishes, locale) => {
    expect(negotiateLocale(wishes)).toBe(locale)
  })
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
