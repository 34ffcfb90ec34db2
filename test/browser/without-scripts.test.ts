/** Everything without JavaScript: sign-up, sign-in, consent, a posted answer, connected apps, sign-out. */
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { expectAccessible } from '../support/axe.ts'
import { addPerson, addResources, type TestPerson } from '../support/server.ts'
import { arrive, beginAt, goThrough, heading, press, signOut, signIn } from './person.ts'
import { look, openStage, type Site, type Stage } from './stage.ts'

let stage: Stage
let site: Site
let person: TestPerson
let page: Page

beforeAll(async () => {
  stage = await openStage()
  await addResources(stage.server)
  site = await stage.addSite()
})
beforeEach(async () => {
  person = await addPerson(stage.server)
  page = await stage.open({ javaScriptEnabled: false })
})
afterEach(() => stage.clear())
afterAll(() => stage[Symbol.asyncDispose]())

test('signs in after a mistake, leaves one thing out, and the app gets its tokens', async () => {
  await beginAt(page, site, { scope: 'openid reports:read reports:write' })
  expect(await page.getByRole('button', { name: 'Show' }).count()).toBe(0)
  await signIn(page, { email: person.email, password: 'not the password at all' })
  await expect(page.locator(':focus').getAttribute('role')).resolves.toBe('alert')
  await expectAccessible(page)
  await signIn(page, person)
  await page.getByRole('checkbox', { name: /^Change your reports/ }).uncheck()
  await expectAccessible(page)
  await press(page, 'Allow')
  await arrive(page, site)
  expect(site.last().tokens?.scope).toBe('reports:read')
})

test('refuses, and the app is told', async () => {
  await beginAt(page, site)
  await signIn(page, person)
  await press(page, 'Cancel')
  await arrive(page, site)
  expect(site.last().error).toBe('access_denied')
})

test('posts the answer by a button (response_mode=form_post)', async () => {
  await beginAt(page, site, { response_mode: 'form_post' })
  await signIn(page, person)
  await press(page, 'Allow')
  await heading(page, 'Taking you back to ACME Dashboard')
  await look(page, 'form-post')
  await press(page, 'Continue')
  await arrive(page, site)
  expect(site.last()).toMatchObject({ method: 'POST', error: null })
})

test('signs up by the mailed link', async () => {
  await beginAt(page, site)
  await page.getByRole('link', { name: 'Create an account' }).click()
  await page.getByLabel('Email address').fill('scriptless@example.com')
  await press(page, 'Send me a link')
  await page.getByRole('link', { name: 'Read it here (development)' }).click()
  await page
    .getByRole('link', { name: /account/i })
    .first()
    .click()
  await page.getByRole('link', { name: /\/links\// }).click()
  await page.getByLabel('Your name').fill('Sam Scriptless')
  await page.getByLabel('Password').fill(person.password)
  await press(page, 'Create my account')
  await press(page, 'Allow')
  await arrive(page, site)
  expect(site.last().error).toBe(null)
})

test('cuts off an app, and signs out by the app and by the own button', async () => {
  await goThrough(page, site, person)
  await page.goto(`${site.origin}/sign-out`)
  await press(page, 'Sign out')
  await page.waitForURL(`${site.postLogoutRedirectUri}?state=left`)
  await page.goto(`${stage.server.url}/account/connected-apps`)
  await signIn(page, person)
  await page.getByRole('link', { name: 'Disconnect' }).click()
  await page.getByRole('button', { name: /^Disconnect / }).click()
  await page.getByText('No apps yet').waitFor()
  await signOut(page)
  await page.getByText('You are signed out.').waitFor()
})
