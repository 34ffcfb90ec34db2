/** Every error's page in a real browser: accessible, no wider than a phone, and read with a keyboard alone. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { locales } from '../../../src/http/messages.ts'
import { errorCodes } from '../../../src/pages/docs/errors.ts'
import { expectAccessible } from '../../support/axe.ts'
import { openBrowser, openPage, type TestBrowser } from '../../support/browser.ts'
import { startTestServer, type TestServer } from '../../support/server.ts'

let server: TestServer
let browser: TestBrowser
beforeAll(async () => {
  server = await startTestServer()
  browser = await openBrowser()
})
afterAll(async () => {
  await browser?.close()
  await server?.[Symbol.asyncDispose]()
})

const documentWidth = (page: Page) => page.evaluate('document.documentElement.scrollWidth')

test.each(locales)('every page fits 320 pixels and has no fault that axe finds, in %s', async (locale) => {
  const page = await openPage(browser, { width: 320, locale, colorScheme: locale === 'de' ? 'dark' : 'light' })
  for (const path of ['', '/errors', '/troubleshooting', ...errorCodes.map((code) => `/errors/${code}`)]) {
    await page.goto(`${server.url}/docs${path}`)
    expect([path, await documentWidth(page)]).toEqual([path, 320])
    await expectAccessible(page)
  }
  await page.context().close()
})

test('a keyboard leads past the bar, into the index and on to an error', async () => {
  const page = await openPage(browser, { javaScriptEnabled: false })
  await page.goto(`${server.url}/docs/errors`)
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  expect(await page.locator(':focus').getAttribute('href')).toBe('/docs/errors/missing')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/docs/errors/missing')
  await page.getByRole('heading', { level: 1, name: 'No credential was sent' }).waitFor()
})
