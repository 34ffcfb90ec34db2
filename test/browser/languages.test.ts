/** Every page of a flow speaks the app's language (`ui_locales`), else the browser's; and so does the mail. */
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { expectAccessible } from '../support/axe.ts'
import { startSmtpCatcher, type SmtpCatcher } from '../support/smtp.ts'
import { addPerson } from '../support/server.ts'
import { arrive, beginAt, heading, press } from './person.ts'
import { look, openStage, type Site, type Stage } from './stage.ts'

let smtp: SmtpCatcher
let stage: Stage
let site: Site

beforeAll(async () => {
  smtp = await startSmtpCatcher()
  stage = await openStage({ settings: { SMTP_URL: smtp.url } })
  site = await stage.addSite()
})
afterEach(() => stage.clear())
afterAll(async () => {
  await stage[Symbol.asyncDispose]()
  await smtp[Symbol.asyncDispose]()
})

async function expectGerman(page: Page, title: string): Promise<void> {
  await heading(page, title)
  await expect(page.locator('html').getAttribute('lang')).resolves.toBe('de')
  await expectAccessible(page)
}

async function anmelden(page: Page, { email, password }: { email: string; password: string }): Promise<void> {
  await page.getByLabel('E-Mail-Adresse').fill(email)
  await page.getByLabel('Passwort', { exact: true }).fill(password)
  await press(page, 'Anmelden')
}

test('ui_locales=de gives German pages to an English browser: sign-in, consent, the way back, sign-out', async () => {
  const person = await addPerson(stage.server)
  const page = await stage.open({ locale: 'en-GB', javaScriptEnabled: false })
  await beginAt(page, site, { ui_locales: 'de-CH de en', response_mode: 'form_post' })
  await expectGerman(page, 'Anmelden')
  await anmelden(page, { ...person, password: 'nicht das Passwort' })
  await page.getByRole('alert').waitFor()
  await expectGerman(page, 'Anmelden')
  await anmelden(page, person)
  await expectGerman(page, 'ACME Dashboard möchte Ihr Konto bei Keygrant nutzen')
  await look(page, 'consent-de')
  await press(page, 'Erlauben')
  await expectGerman(page, 'Es geht zurück zu ACME Dashboard')
  await press(page, 'Weiter')
  await arrive(page, site)
  expect(site.last().error).toBe(null)
  await page.goto(`${stage.server.url}/oauth2/logout?ui_locales=de`)
  await expectGerman(page, 'Von Keygrant abmelden?')
})

test('a German browser gets German pages where the app says nothing, and German mail', async () => {
  const page = await stage.open({ locale: 'de-DE' })
  await beginAt(page, site)
  await expectGerman(page, 'Anmelden')
  await page.getByRole('link', { name: 'Konto anlegen' }).click()
  await expectGerman(page, 'Konto anlegen')
  await page.getByLabel('E-Mail-Adresse').fill('neu@example.com')
  await press(page, 'Link zusenden')
  const mail = await smtp.next(({ to }) => to.includes('neu@example.com'))
  expect(mail.text).toMatch(/Konto/)
  await page.goto(mail.links.find((link) => link.includes('/links/')) ?? '')
  await expect(page.locator('html').getAttribute('lang')).resolves.toBe('de')
})

test('an app that asks for English gets it from a German browser, and a fault is told in the language of the request', async () => {
  const page = await stage.open({ locale: 'de-DE' })
  await beginAt(page, site, { ui_locales: 'en' })
  await heading(page, 'Sign in')
  await page.goto(`${stage.server.url}/oauth2/authorize?client_id=nobody&ui_locales=en`)
  await heading(page, 'We don’t know this app')
  await page.goto(`${stage.server.url}/oauth2/authorize?client_id=nobody`)
  await expectGerman(page, 'Diese App kennen wir nicht')
})
