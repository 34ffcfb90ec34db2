/** From the consent page back to the app in Chromium: whatever kind of address the app has, and with no rule of ours in the way. */
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { exchange, openApp, startFlow } from '../support/flow.ts'
import { openRelyingParty } from '../support/relying-party.ts'
import { addClient, addPerson, type TestPerson } from '../support/server.ts'
import { arrive, beginAt, press, signIn } from './person.ts'
import { look, openStage, type Site, type Stage } from './stage.ts'

let stage: Stage
let person: TestPerson

beforeAll(async () => {
  stage = await openStage()
  person = await addPerson(stage.server)
})
afterEach(() => stage.clear())
afterAll(() => stage[Symbol.asyncDispose]())

async function allow(page: Page, site: Site, parameters: Record<string, string> = {}): Promise<void> {
  await beginAt(page, site, parameters)
  await signIn(page, person)
  await press(page, 'Allow')
}

test('leads to a site on another host', async () => {
  const site = await stage.addSite()
  const page = await stage.open()
  await allow(page, site)
  await arrive(page, site)
  expect(site.last()).toMatchObject({ method: 'GET', error: null, parameters: { iss: stage.server.url } })
  expect(site.last().tokens?.claims()).toMatchObject({ sub: person.id, aud: site.client.id })
})

test('leads on with a site that sends its browser to a third origin', async () => {
  await using third = await openRelyingParty({ host: 'shop.localhost' })
  const site = await stage.addSite()
  site.onward = `${third.origin}/`
  const page = await stage.open()
  await allow(page, site)
  await page.waitForURL(site.onward)
  expect(site.last().error).toBe(null)
})

test('leads to the port that a native app found free (RFC 8252, 7.3)', async () => {
  await using app = await openRelyingParty()
  const client = await addClient(stage.server, {
    redirect_uris: ['http://127.0.0.1/callback'],
    token_endpoint_auth_method: 'none',
  })
  await app.join(stage.server, client)
  const page = await stage.open()
  await allow(page, { ...app, client })
  await page.waitForURL((url) => url.origin === app.origin && url.pathname === '/callback')
  expect(app.last()).toMatchObject({ error: null, parameters: { iss: stage.server.url } })
})

test("opens an app by its own scheme, and stays with a button for the person's own press", async () => {
  const callback = 'com.example.app:/callback'
  const client = await addClient(stage.server, { redirect_uris: [callback], token_endpoint_auth_method: 'none' })
  const app = await openApp(stage.server, client)
  const started = await startFlow(app)
  const page = await stage.open()
  // Headless, there is nobody whom Chromium could ask whether to open an app, so it doesn't.
  const opened = page.waitForEvent('requestfailed', (request) => request.url().startsWith(callback))
  await page.goto(started.url.href)
  await signIn(page, person)
  await expect(page.getByText('an app on this device, com.example.app').count()).resolves.toBe(1)
  await press(page, 'Allow')
  const url = (await opened).url()
  stage.forgive(callback)
  await look(page, 'continue-app')
  const button = page.getByRole('link', { name: 'Continue' })
  expect(await button.getAttribute('href')).toBe(url)
  expect((await exchange(app, new URL(url), started)).claims()?.sub).toBe(person.id)
})

test('posts the answer to a site that asked for a form (response_mode=form_post)', async () => {
  const site = await stage.addSite()
  const page = await stage.open()
  await allow(page, site, { response_mode: 'form_post' })
  await arrive(page, site)
  expect(page.url()).toBe(site.redirectUri)
  expect(site.last()).toMatchObject({ method: 'POST', error: null, parameters: { iss: stage.server.url } })
})

test('posts a refusal, too, and what needs no page of ours', async () => {
  const site = await stage.addSite()
  const page = await stage.open()
  await beginAt(page, site, { response_mode: 'form_post', prompt: 'none' })
  await arrive(page, site)
  expect(site.last()).toMatchObject({ method: 'POST', error: 'login_required' })
  await beginAt(page, site, { response_mode: 'form_post' })
  await signIn(page, person)
  await press(page, 'Cancel')
  await arrive(page, site)
  expect(site.last()).toMatchObject({ method: 'POST', error: 'access_denied' })
})

test('posts the answer to a site that sends its browser on to a third origin', async () => {
  await using third = await openRelyingParty({ host: 'shop.localhost' })
  const site = await stage.addSite()
  site.onward = `${third.origin}/`
  const page = await stage.open()
  await allow(page, site, { response_mode: 'form_post' })
  await page.waitForURL(site.onward)
  expect(site.last()).toMatchObject({ method: 'POST', error: null })
})
