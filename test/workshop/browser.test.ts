/** The browser tests stand on these: what a page looks like to a test, and that looking changes nothing. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectAccessible } from '../support/axe.ts'
import { openBrowser, openPage, type TestBrowser } from '../support/browser.ts'

const sound = `<!doctype html><html lang="en"><title>Sound</title>
  <main><h1>Sound</h1><p id="script">did not run</p></main>
  <script>document.getElementById('script').textContent = 'ran'</script></html>`

const faulty = `<!doctype html><html lang="en"><title>Faulty</title>
  <main><h1>Faulty</h1><form><input name="unlabelled"></form></main></html>`

let server: Server
let origin: string
let browser: TestBrowser

beforeAll(async () => {
  server = createServer((request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8')
    if (request.url?.includes('strict')) response.setHeader('content-security-policy', "default-src 'none'")
    response.end(request.url?.startsWith('/faulty') ? faulty : sound)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  browser = await openBrowser()
})

afterAll(async () => {
  await browser.close()
  await new Promise((resolve) => server.close(resolve))
})

test('the accessibility check passes a sound page and names the fault of another, element and all', async () => {
  const page = await openPage(browser)
  await page.goto(`${origin}/sound`)
  await expectAccessible(page)
  await page.goto(`${origin}/faulty`)
  await expect(expectAccessible(page)).rejects.toThrow(/label[^]*name="unlabelled"/)
})

test('a strict content security policy stays in force while a page is checked', async () => {
  const page = await openPage(browser)
  await page.goto(`${origin}/sound?strict`)
  await expectAccessible(page)
  expect(await page.textContent('#script')).toBe('did not run')
  await page.goto(`${origin}/faulty?strict`)
  await expect(expectAccessible(page)).rejects.toThrow(/unlabelled/)
  const injected = await page.evaluate(() => {
    const script = document.createElement('script')
    script.textContent = 'document.title = "injected"'
    document.head.append(script)
    return document.title
  })
  expect(injected).toBe('Faulty')
})

test('a page is checked the same when it runs without JavaScript', async () => {
  const page = await openPage(browser, { javaScriptEnabled: false, width: 320 })
  await page.goto(`${origin}/sound`)
  expect(await page.textContent('#script')).toBe('did not run')
  await expectAccessible(page)
  await page.goto(`${origin}/faulty`)
  await expect(expectAccessible(page)).rejects.toThrow(/unlabelled/)
  await page.goto(`${origin}/sound`)
  expect(await page.textContent('#script')).toBe('did not run')
})

test('two pages share no cookie, and each has the width, colours and language it was asked for', async () => {
  const wide = await openPage(browser)
  const narrow = await openPage(browser, { width: 320, colorScheme: 'dark', locale: 'de-DE' })
  await wide.goto(`${origin}/sound`)
  await narrow.goto(`${origin}/sound`)
  await wide.evaluate(() => {
    document.cookie = 'seen=yes'
  })
  const look = (): unknown[] => [
    innerWidth,
    matchMedia('(prefers-color-scheme: dark)').matches,
    navigator.language,
    document.cookie,
  ]
  expect(await wide.evaluate(look)).toEqual([1280, false, 'en-GB', 'seen=yes'])
  expect(await narrow.evaluate(look)).toEqual([320, true, 'de-DE', ''])
})
