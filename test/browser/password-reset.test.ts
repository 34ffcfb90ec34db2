/** A forgotten password in Chromium: the mail, the new password, the end of every other session, and on to the app that waits. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startSmtpCatcher, type SmtpCatcher } from '../support/smtp.ts'
import { addPerson } from '../support/server.ts'
import { arrive, beginAt, goThrough, heading, press, signIn } from './person.ts'
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

test('a new password by mail ends all other sessions, and leads on to the app that waits', async () => {
  const person = await addPerson(stage.server)
  const elsewhere = await stage.open()
  await goThrough(elsewhere, site, person)

  const page = await stage.open()
  await beginAt(page, site)
  await page.getByRole('link', { name: 'Forgot password?' }).click()
  await look(page, 'forgot-password')
  await page.getByLabel('Email address').fill(person.email)
  await press(page, 'Send me a link')
  await heading(page, 'Check your email')

  const { links } = await smtp.next(({ to, subject }) => to.includes(person.email) && /password/i.test(subject))
  await page.goto(links.find((link) => link.includes('/links/')) ?? '')
  await heading(page, 'Choose a new password')
  await look(page, 'link-reset')
  const password = 'seven yellow paper lanterns'
  await page.getByLabel('Password').fill(password)
  await press(page, 'Change my password')

  await page.getByText('Your password is changed. Sign in with the new one.').waitFor()
  await look(page, 'sign-in-password-changed')
  await elsewhere.goto(`${stage.server.url}/account/connected-apps`)
  await heading(elsewhere, 'Sign in')

  await signIn(page, person)
  await page.getByRole('alert').waitFor()
  await look(page, 'sign-in-faults')
  await signIn(page, { email: person.email, password })
  await arrive(page, site)
  expect(site.last().tokens?.claims()?.sub).toBe(person.id)
})
