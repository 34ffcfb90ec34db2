/** Pages in a real browser as hands use them: as good without scripts and without a mouse. How each looks: look/. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser, openPage, type PageOptions, type TestBrowser } from '../support/browser.ts'
import { servePages, type PageServer } from './page-server.ts'

let server: PageServer
let browser: TestBrowser

beforeAll(async () => {
  server = await servePages()
  browser = await openBrowser()
})

afterAll(async () => {
  await browser?.close()
  await server?.[Symbol.asyncDispose]()
})

async function open(path: string, options: PageOptions = {}): Promise<Page> {
  const page = await openPage(browser, options)
  await page.goto(server.url + path)
  return page
}

// What runs inside a page is text: the browser's names are no names of this program.
const choices = `
  [...document.querySelectorAll('.choices .button')].map((button) => {
    const { width, height } = button.getBoundingClientRect()
    const { color, backgroundColor, borderColor, fontSize, fontWeight } = getComputedStyle(button)
    return { width, height, color, backgroundColor, borderColor, fontSize, fontWeight }
  })`

test('shows Cancel and Allow as equals', async () => {
  const page = await open('/en/consent/verified', { width: 320 })
  const [cancel, allow, ...others] = await page.evaluate<object[]>(choices)
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

test.each(['/en/sign-in/plain', '/en/screen/faulty'])('reveals a password, and sends it as one: %s', async (path) => {
  const page = await open(path)
  const field = page.locator('#field-password')
  await field.fill('correct horse battery staple')
  await page.getByRole('button', { name: 'Show' }).click()
  expect(await field.getAttribute('type')).toBe('text')
  await page.evaluate(`
    const { form } = document.getElementById('field-password')
    form.noValidate = true
    form.addEventListener('submit', (event) => event.preventDefault())
    form.requestSubmit()`)
  expect(await field.getAttribute('type')).toBe('password')
  await page.context().close()
})

test('offers no button that does nothing when scripts are off', async () => {
  const page = await open('/en/sign-in/plain', { javaScriptEnabled: false })
  expect(await page.getByRole('button', { name: 'Show' }).count()).toBe(0)
  await page.goto(`${server.url}/en/screen/faulty`)
  expect(await page.getByRole('button', { name: 'Show', exact: true }).count()).toBe(0)
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
