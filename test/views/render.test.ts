/** Every page and every mail, rendered from its samples in every language. */
import { describe, expect, test } from 'vitest'
import { catalogues, locales, type Catalogue } from '../../src/http/messages.ts'
import type { MailName, PageName } from '../../src/http/page-models.ts'
import { createViews } from '../../src/http/views.ts'
import { htmlFaults } from '../support/valid-html.ts'
import { isNamed } from './named-messages.ts'
import { pages } from './samples.ts'
import { mails } from './samples/mails.ts'
import { person, platform, visitor } from './samples/visitor.ts'

const used = new Set<string>()
const recorded = Object.fromEntries(
  locales.map((locale) => [
    locale,
    new Proxy(catalogues[locale], {
      get(target, key) {
        if (typeof key === 'string') used.add(key)
        return Reflect.get(target, key) as unknown
      },
    }),
  ]),
) as Record<(typeof locales)[number], Catalogue>

const views = createViews({ platform, mode: 'development', catalogues: recorded })

const rendered = locales.flatMap((locale) =>
  Object.entries(pages).flatMap(([page, samples]) =>
    Object.entries(samples).map(([sample, model]) => {
      const shared = { ...(/^docs$/.test(page) ? person : visitor), locale }
      const html = views.render(page as PageName, model as never, shared)
      return { name: `${page}, ${sample}, ${locale}`, locale, html }
    }),
  ),
)

const posted = locales.flatMap((locale) =>
  Object.entries(mails).flatMap(([mail, samples]) =>
    Object.entries(samples).map(([sample, model]) => ({
      name: `${mail}, ${sample}, ${locale}`,
      mail: views.renderMail(mail as MailName, model as never, locale),
    })),
  ),
)

/** A language has words and no markup of its own (below): what is valid in these two is valid in all. */
const looked = rendered.filter(({ locale }) => locale === 'en' || locale === 'de')

test.each(looked)('page $name is valid HTML', async ({ html }) => {
  expect(await htmlFaults(html)).toEqual([])
})

describe.each(rendered)('page $name', ({ html, locale }) => {
  test('has one main heading, a title and a language', () => {
    expect(html.match(/<h1[\s>]/g)).toHaveLength(1)
    expect(html).toMatch(/<title>[^<]+ · Northwind<\/title>/)
    expect(html.split('\n', 2)).toEqual(['<!doctype html>', `<html lang="${locale}">`])
  })

  test('has no inline script, style or event handler', () => {
    expect(html).not.toMatch(/<style|\sstyle=|<script(?![^>]*\ssrc="\/assets\/)|\son[a-z]+=/i)
  })

  test('sends every form of ours by POST with its own token', () => {
    const forms = [...html.matchAll(/<form [^>]*action="(\/[^"]*)"[^>]*>([\s\S]*?)<\/form>/g)]
    for (const [form, action] of forms) {
      // A search changes nothing: its address may be kept and passed on.
      if (form.includes(' method="get"')) {
        expect(form).toContain(' role="search"')
        continue
      }
      expect(form).toContain('method="post"')
      expect(form).toContain(`name="_csrf" value="token-for-${action}"`)
    }
  })
})

describe.each(posted)('mail $name', ({ mail }) => {
  test('names the platform and the address for help, in both forms', () => {
    for (const form of [mail.text, mail.html]) {
      expect(form).toContain(platform.name)
      expect(form).toContain(platform.supportEmail)
    }
    expect(mail.subject).toMatch(/\S/)
  })

  test('keeps markup out of its text and the same links in both forms', () => {
    expect(mail.text).not.toMatch(/&(amp|lt|gt|quot|#39);|<\/?(p|a|strong|span)\b/)
    const links = (form: string) => new Set([...form.matchAll(/https:\/\/[^\s"<]+/g)].map(([link]) => link))
    expect(links(mail.text)).toEqual(links(mail.html))
  })
})

test('lets no name write a line of its own into a mail', () => {
  const { text } = views.renderMail('invitation', mails.invitation['by-to'], 'en')
  expect(text).toMatch(/^Grace <Hopper> invites you to join Navy & Sons at Northwind\.$/m)
})

test('has no message that nothing shows', () => {
  expect(Object.keys(catalogues.en).filter((key) => !used.has(key) && !isNamed(key))).toEqual([])
})

test.each(locales)('has no markup in the messages of %s', (locale) => {
  expect(Object.entries(catalogues[locale]).filter(([, text]) => /[<>]|&\w+;/.test(text))).toEqual([])
})
