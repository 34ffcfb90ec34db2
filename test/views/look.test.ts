/** Every page in a real browser: accessible, never wider than the screen, and as good without scripts and without a mouse. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expectAccessible } from '../support/axe.ts'
import { openBrowser, openPage, type PageOptions, type TestBrowser } from '../support/browser.ts'
import { samplePaths, servePages, type PageServer } from './page-server.ts'

let server: PageServer
let browser: TestBrowser
/** Pages that only look: they are shared, since nothing stays behind in them. */
let narrow: Page
let wide: Page

beforeAll(async () => {
  server = await servePages()
  browser = await openBrowser()
  narrow = listenTo(await openPage(browser, { width: 320, colorScheme: 'light' }))
  wide = listenTo(await openPage(browser, { width: 1280, colorScheme: 'dark' }))
})

afterAll(async () => {
  await browser?.close()
  await server?.[Symbol.asyncDispose]()
})

/** What the shared pages opened, whom they asked besides, and what the browser complained of. */
const opened = new Set<string>()
const foreign: string[] = []
const complaints: string[] = []

function listenTo(page: Page): Page {
  page.on('request', (request) => {
    const url = request.url()
    if (url.startsWith(server.url)) opened.add(url.slice(server.url.length))
    else if (!url.startsWith('data:')) foreign.push(url)
  })
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  return page
}

async function open(path: string, options: PageOptions = {}): Promise<Page> {
  const page = await openPage(browser, options)
  await page.goto(server.url + path)
  return page
}

// What runs inside a page is text: the browser's names are no names of this program.
const documentWidth = `document.documentElement.scrollWidth`
const controlsBelow44 = `
  [...document.querySelectorAll('button:not([hidden]), .button, .input, label.scope-body, .wordmark')]
    .filter((element) => element.getBoundingClientRect().height < 44)
    .map((element) => element.outerHTML)`
const choices = `
  [...document.querySelectorAll('.choices .button')].map((button) => {
    const { width, height } = button.getBoundingClientRect()
    const { color, backgroundColor, borderColor, fontSize, fontWeight } = getComputedStyle(button)
    return { width, height, color, backgroundColor, borderColor, fontSize, fontWeight }
  })`

describe.each(samplePaths)('%s', (path) => {
  test('fits 320 pixels, is accessible there in the light, and gives a finger 44 pixels on every control', async () => {
    await narrow.goto(`${server.url}/en/${path}`)
    expect(await narrow.evaluate(documentWidth)).toBe(320)
    expect(await narrow.evaluate(controlsBelow44)).toEqual([])
    await expectAccessible(narrow)
  })

  test('is accessible on a wide screen in the dark, and fits 320 pixels in German too', async () => {
    await wide.goto(`${server.url}/de/${path}`)
    await expectAccessible(wide)
    await wide.setViewportSize({ width: 320, height: 900 })
    expect(await wide.evaluate(documentWidth)).toBe(320)
    await wide.setViewportSize({ width: 1280, height: 900 })
  })
})

test('shows Cancel and Allow as equals', async () => {
  await narrow.goto(`${server.url}/en/consent/verified`)
  const [cancel, allow, ...others] = await narrow.evaluate<object[]>(choices)
  expect(cancel).toBeDefined()
  expect(allow).toEqual(cancel)
  expect(others).toEqual([])
})

test.each([true, false])(
  'sends no consent when Enter is pressed on a tick (scripts: %s)',
  async (javaScriptEnabled) => {
    const page = await open('/en/consent/verified', { javaScriptEnabled })
    const posts: string[] = []
    page.on('request', (request) => {
      if (request.method() === 'POST') posts.push(new URL(request.url()).pathname)
    })
    const tick = page.locator('input[value="email"]')
    await tick.focus()
    await page.keyboard.press('Enter')
    await page.keyboard.press('Space')
    expect(await tick.isChecked()).toBe(false)
    expect(posts).toEqual([])
    await Promise.all([
      page.waitForRequest((request) => request.method() === 'POST'),
      page.getByRole('button', { name: 'Allow' }).click(),
    ])
    expect(posts).toEqual(['/interaction/abc/consent'])
    await page.context().close()
  },
)

test('posts only the ticks that stay, and Cancel posts none', async () => {
  const page = await open('/en/consent/verified', { javaScriptEnabled: false })
  async function posted(button: string): Promise<string> {
    const [request] = await Promise.all([
      page.waitForRequest((candidate) => candidate.method() === 'POST'),
      page.getByRole('button', { name: button, exact: true }).click(),
    ])
    await page.goto(`${server.url}/en/consent/verified`)
    return `${new URL(request.url()).pathname}: ${new URLSearchParams(request.postData() ?? '').getAll('scope').join(' ')}`
  }
  expect(await posted('Allow')).toBe('/interaction/abc/consent: email invoices:write')
  expect(await posted('Cancel')).toBe('/interaction/abc/cancel: ')
  await page.context().close()
})

test('moves the focus to what is wrong, without scripts', async () => {
  const page = await open('/en/link/faulty', { javaScriptEnabled: false })
  expect(await page.locator(':focus').getAttribute('role')).toBe('alert')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  expect(await page.locator(':focus').getAttribute('id')).toBe('field-name')
  await page.context().close()
})

test('reveals a password, and sends it as one', async () => {
  const page = await open('/en/sign-in/plain')
  const field = page.locator('#field-password')
  await field.fill('correct horse battery staple')
  await page.getByRole('button', { name: 'Show' }).click()
  expect(await field.getAttribute('type')).toBe('text')
  await page.evaluate(`
    document.forms[0].addEventListener('submit', (event) => event.preventDefault())
    document.forms[0].requestSubmit()`)
  expect(await field.getAttribute('type')).toBe('password')
  await page.context().close()
})

test('offers no button that does nothing when scripts are off', async () => {
  const page = await open('/en/sign-in/plain', { javaScriptEnabled: false })
  expect(await page.getByRole('button', { name: 'Show' }).count()).toBe(0)
  await page.context().close()
})

test('sends a form once, however often its button is pressed', async () => {
  const page = await open('/en/sign-in/plain')
  const attempts = await page.evaluate(`
    let attempts = 0
    window.addEventListener('submit', (event) => {
      if (!event.defaultPrevented) attempts += 1
      event.preventDefault()
    })
    const button = document.querySelector('.button-primary')
    button.click()
    button.click()
    attempts + ' ' + button.getAttribute('aria-busy')`)
  expect(attempts).toBe('1 true')
  await page.context().close()
})

test('asks no other host for anything, and breaks no rule of the content security policy', async () => {
  // Most were opened by the tests above.
  for (const path of samplePaths) if (!opened.has(`/en/${path}`)) await narrow.goto(`${server.url}/en/${path}`)
  expect(foreign).toEqual([])
  expect(complaints).toEqual([])
})
