/** Signing out in Chromium: by the app (RP-Initiated Logout 1.0), by our own button, and with nobody there. */
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { addPerson, type TestPerson } from '../support/server.ts'
import { beginAt, goThrough, heading, press, signOut } from './person.ts'
import { look, openStage, type Site, type Stage } from './stage.ts'

let stage: Stage
let site: Site
let person: TestPerson
let page: Page

beforeAll(async () => {
  stage = await openStage()
  site = await stage.addSite()
})
beforeEach(async () => {
  person = await addPerson(stage.server)
  page = await stage.open()
})
afterEach(() => stage.clear())
afterAll(() => stage[Symbol.asyncDispose]())

const atSite = () => page.waitForURL(`${site.postLogoutRedirectUri}?state=left`)

test('an app signs a person out and has them back; after that a sign-in is asked for', async () => {
  await goThrough(page, site, person)
  await page.goto(`${site.origin}/sign-out`)
  await heading(page, 'Sign out of Keygrant?')
  await look(page, 'sign-out')
  await press(page, 'Sign out')
  await atSite()
  await beginAt(page, site)
  await heading(page, 'Sign in')
})

test('who stays signed in when an app asks is not asked to sign in again', async () => {
  await goThrough(page, site, person)
  await page.goto(`${site.origin}/sign-out`)
  await page.getByRole('link', { name: 'Stay signed in' }).click()
  await heading(page, 'Your Keygrant account')
  await look(page, 'home-signed-in')
  await beginAt(page, site)
  await page.waitForURL((url) => url.origin === site.origin && url.pathname === '/callback')
})

test('an app that signs out with nobody there has its browser back at once', async () => {
  await goThrough(page, site, person)
  await page.context().clearCookies()
  await page.goto(`${site.origin}/sign-out`)
  await atSite()
})

test('a sign-out that names no app ends on a page that says so', async () => {
  await goThrough(page, site, person)
  await page.goto(`${stage.server.url}/oauth2/logout`)
  await press(page, 'Sign out')
  await heading(page, 'You are signed out')
  await look(page, 'signed-out')
  await page.goto(`${stage.server.url}/oauth2/logout`)
  await heading(page, 'You are signed out')
})

test('an address that is not registered for the app is a page with the reason, and no redirect', async () => {
  await goThrough(page, site, person)
  const elsewhere = encodeURIComponent('https://evil.example/')
  await page.goto(`${stage.server.url}/oauth2/logout?client_id=${site.client.id}&post_logout_redirect_uri=${elsewhere}`)
  await heading(page, 'We couldn’t sign you out this way')
  await look(page, 'sign-out-failed')
})

test('the own button signs out, and the account is closed to who comes after', async () => {
  await goThrough(page, site, person)
  await page.goto(`${stage.server.url}/account/connected-apps`)
  await signOut(page)
  await page.getByText('You are signed out.').waitFor()
  await look(page, 'sign-in-signed-out')
  await page.goto(`${stage.server.url}/account/connected-apps`)
  await heading(page, 'Sign in')
  expect(page.url()).toContain('/sign-in?return_to=')
})
