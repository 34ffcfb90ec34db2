/** The documentation in a real browser: accessible, no wider than a phone, asking nobody else, by keyboard and without a script. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
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

/** Whom the page asked besides this server, and what the browser complained of, its content security policy above all. */
function listenTo(page: Page): string[] {
  const heard: string[] = []
  page.on('request', (request) => {
    if (!request.url().startsWith(server.url)) heard.push(request.url())
  })
  page.on('console', (message) => {
    if (message.type() === 'error') heard.push(message.text())
  })
  page.on('pageerror', (error) => heard.push(String(error)))
  return heard
}

// The guides, whose words are these everywhere, do so in test/views/look.
test('every page beside the guides fits 320 pixels', async () => {
  const page = await openPage(browser, { width: 320, locale: 'de' })
  const heard = listenTo(page)
  const others = ['', '/errors', '/troubleshooting', '/api', '/search?q=zzzzzz', '/files/examples/nginx/keygrant.conf']
  const collections = ['/api/api-keys', '/api/checks']
  const errors = errorCodes.map((code) => `/errors/${code}`)
  for (const path of [...others, ...collections, ...errors]) {
    await page.goto(`${server.url}/docs${path}`, { waitUntil: 'domcontentloaded' })
    expect([path, await documentWidth(page)]).toEqual([path, 320])
  }
  expect(heard).toEqual([])
  await page.context().close()
})

test.each([
  ['gateways', 'light', 1280],
  ['sdk', 'dark', 320],
  ['api/verification', 'light', 1280],
  ['api', 'dark', 1280],
] as const)('axe finds no fault in /docs/%s, %s, at %i', async (path, colorScheme, width) => {
  const page = await openPage(browser, { width, colorScheme })
  const heard = listenTo(page)
  await page.goto(`${server.url}/docs/${path}`)
  await expectAccessible(page)
  expect(heard).toEqual([])
  await page.context().close()
})

test('a keyboard leads past the bar, into the index and on to an error', async () => {
  const page = await openPage(browser, { javaScriptEnabled: false })
  await page.goto(`${server.url}/docs/errors`)
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  expect(await page.locator(':focus').getAttribute('href')).toBe('/docs/errors/missing')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/docs/errors/missing')
  await page.getByRole('heading', { level: 1, name: 'No credential was sent' }).waitFor()
})

test('without a script, languages can be picked, the contents opened and words searched for', async () => {
  const page = await openPage(browser, { javaScriptEnabled: false, width: 390 })
  await page.goto(`${server.url}/docs/quick-start`)
  await page.getByRole('radio', { name: 'Python' }).first().check({ force: true })
  await page.getByText('import requests').first().waitFor({ state: 'visible' })
  expect(await page.getByRole('button', { name: 'Copy' }).count()).toBe(0)
  await page.getByRole('button', { name: 'Contents' }).click()
  await page.getByRole('navigation', { name: 'Documentation' }).getByRole('link', { name: 'Rate limits' }).click()
  await page.waitForURL('**/docs/rate-limits')
  await page.getByLabel('Search the documentation').fill('jitter')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/docs/search?q=jitter')
  await page.locator('#findings a').first().waitFor()
})

test('a language that was picked is picked on every page, by arrow keys, too', async () => {
  const page = await openPage(browser)
  await page.goto(`${server.url}/docs/api-keys`)
  await page.getByRole('radio', { name: 'curl' }).first().focus()
  await page.keyboard.press('ArrowRight')
  expect(await page.getByRole('radio', { name: 'TypeScript' }).first().isChecked()).toBe(true)
  await page.goto(`${server.url}/docs/oauth`)
  for (const radio of await page.getByRole('radio', { name: 'TypeScript' }).all()) {
    expect(await radio.isChecked()).toBe(true)
  }
})

test('code is copied as it stands there', async () => {
  const page = await openPage(browser, { context: { permissions: ['clipboard-read', 'clipboard-write'] } })
  await page.goto(`${server.url}/docs/quick-start`)
  const block = page.locator('.code-block').filter({ hasText: 'export API_KEY' })
  await block.getByRole('button', { name: 'Copy' }).click({ force: true })
  await block.getByRole('button', { name: 'Copied' }).waitFor()
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe('export API_KEY=kg_live_…')
})

test('the search answers while one types: / leads to it, arrows through it, Escape out of it', async () => {
  const page = await openPage(browser)
  const heard = listenTo(page)
  await page.goto(`${server.url}/docs`)
  await page.keyboard.press('/')
  await page.keyboard.type('insufficient_sc')
  const found = page.locator('.docs-findings a')
  await found.first().waitFor()
  await expectAccessible(page)
  await page.keyboard.press('ArrowDown')
  expect(await page.locator(':focus').getAttribute('href')).toBe('/docs/errors/insufficient_scope')
  await page.keyboard.press('Escape')
  await page.locator('.docs-findings').waitFor({ state: 'hidden' })
  expect(await page.locator(':focus').getAttribute('id')).toBe('docs-q')
  expect(heard).toEqual([])
})
