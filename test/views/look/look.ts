/** Every page of a group of samples in a real browser, in each language. A file beside this one names the group. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { keepAxeAtHand } from '../../support/axe.ts'
import { openBrowser, openPage, type TestBrowser } from '../../support/browser.ts'
import { expectToFit, expectToLookRight, sights } from '../../support/look.ts'
import { servePages, type PageServer } from '../page-server.ts'
import type { SamplePages } from '../samples.ts'

/** Each language has a sight: German the narrow one, where its long words are the harder. Both fit in both. */
const bothLanguages = [
  ['en', sights.wide],
  ['de', sights.narrow],
] as const
/** Of pages that differ in nothing but their prose: where there is least room for it. */
export const once = [['en', sights.narrow]] as const

// What runs inside a page is text: the browser's names are no names of this program.
const controlsBelow44 = `
  [...document.querySelectorAll('button:not([hidden]), .button, .input, label.scope-body, .wordmark')]
    .filter((element) => element.getBoundingClientRect().height < 44)
    .map((element) => element.outerHTML)`

/** The tests of a group: two loads a page, and no more servers, browsers or profiles for more of them. */
export function lookAt(pages: SamplePages, languages: typeof bothLanguages | typeof once = bothLanguages): void {
  let server: PageServer
  let browser: TestBrowser
  let page: Page
  /** Whom a page asked besides its server, and what the browser complained of: its security policy above all. */
  let heard: string[] = []

  beforeAll(async () => {
    server = await servePages(pages)
    browser = await openBrowser()
    page = await openPage(browser)
    await keepAxeAtHand(page)
    page.on('request', (request) => {
      const url = request.url()
      if (!url.startsWith(server.url) && !url.startsWith('data:')) heard.push(url)
    })
    page.on('console', (message) => {
      if (message.type() === 'error') heard.push(message.text())
    })
    page.on('pageerror', (error) => heard.push(String(error)))
  })

  afterAll(async () => {
    await browser?.close()
    await server?.[Symbol.asyncDispose]()
  })

  // A page's first sample is asked about in every sight, the others, which differ from it in little, in one by turns.
  const paths = Object.entries(pages).flatMap(([name, samples]) =>
    Object.keys(samples).map((sample, index) => ({
      path: `${name}/${sample}`,
      turn: index === 0 ? 'every' : index % languages.length,
    })),
  )

  // The same parts throughout, which the other groups have shown in their colours.
  const question = languages === once ? 'structure' : 'everything'

  test.each(paths)(
    '$path is accessible; it fits 320 pixels, gives a finger 44 of them on every control, and asks nobody else',
    async ({ path, turn }) => {
      heard = []
      for (const [index, [language, sight]] of languages.entries()) {
        await page.goto(`${server.url}/${language}/${path}`)
        await expectToLookRight(page, {
          name: `${path}.${language}`,
          as: turn === 'every' || turn === index ? [sight] : [],
          question,
        })
        await expectToFit(page)
        expect(await page.evaluate(controlsBelow44)).toEqual([])
      }
      expect(heard).toEqual([])
    },
  )
}
