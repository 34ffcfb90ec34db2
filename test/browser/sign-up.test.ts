/** Somebody without an account comes from an app: sign-up, the mailed link, consent, and the app has its tokens. */
import * as oidc from 'openid-client'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startSmtpCatcher, type SmtpCatcher } from '../support/smtp.ts'
import { testPassword } from '../support/server.ts'
import { arrive, beginAt, press } from './person.ts'
import { look, openStage, type Site, type Stage } from './stage.ts'

let smtp: SmtpCatcher
let stage: Stage
let site: Site

beforeAll(async () => {
  smtp = await startSmtpCatcher()
  stage = await openStage({ settings: { SMTP_URL: smtp.url, PLATFORM_NAME: 'Northwind' } })
  site = await stage.addSite()
})
afterEach(() => stage.clear())
afterAll(async () => {
  await stage[Symbol.asyncDispose]()
  await smtp[Symbol.asyncDispose]()
})

async function mailedLink(email: string): Promise<string> {
  const { links } = await smtp.next(({ to }) => to.includes(email))
  const link = links.find((one) => one.includes('/links/'))
  if (link === undefined) throw new Error(`no link in the mail to ${email}`)
  return link
}

test('signs up by a mailed link, which opening does not use up, and the app that waits gets its tokens', async () => {
  const email = 'new@example.com'
  const page = await stage.open()
  await beginAt(page, site, { scope: 'openid profile email' })
  await page.getByRole('link', { name: 'Create an account' }).click()
  await look(page, 'sign-up')
  await page.getByLabel('Email address').fill(email)
  await press(page, 'Send me a link')
  await page.getByRole('heading', { name: 'Check your email' }).waitFor()
  await look(page, 'check-mail')

  const link = await mailedLink(email)
  // A mail scanner opens what it finds, more than once, in no browser of the person's.
  for (const method of ['HEAD', 'GET', 'GET']) expect((await fetch(link, { method })).status).toBe(200)

  await page.goto(link)
  await look(page, 'link-sign-up')
  expect(await page.getByLabel('Email address').inputValue()).toBe(email)
  await page.getByLabel('Your name').fill('Nora New')
  await page.getByLabel('Password').fill('short')
  await press(page, 'Create my account')
  await page.getByRole('alert').waitFor()
  await look(page, 'link-sign-up-faults')
  expect(await page.getByLabel('Your name').inputValue()).toBe('Nora New')
  await page.getByLabel('Password').fill(testPassword)
  await press(page, 'Create my account')

  await page.getByRole('heading', { name: 'ACME Dashboard asks to use your Northwind account' }).waitFor()
  await press(page, 'Allow')
  await arrive(page, site)
  const { tokens } = site.last()
  const { configuration } = await site.join(stage.server, site.client)
  const sub = tokens?.claims()?.sub ?? ''
  expect(await oidc.fetchUserInfo(configuration, tokens?.access_token ?? '', sub)).toMatchObject({
    email,
    email_verified: true,
    name: 'Nora New',
  })

  await page.goto(link)
  await page.getByRole('heading', { name: 'This link no longer works' }).waitFor()
  await look(page, 'link-dead')
})

test('a link that is opened in another browser makes the account there, and says where the app waits', async () => {
  const email = 'elsewhere@example.com'
  const page = await stage.open()
  await beginAt(page, site)
  await page.getByRole('link', { name: 'Create an account' }).click()
  await page.getByLabel('Email address').fill(email)
  await press(page, 'Send me a link')

  const phone = await stage.open({ width: 390 })
  await phone.goto(await mailedLink(email))
  await phone.getByLabel('Your name').fill('Eli Elsewhere')
  await phone.getByLabel('Password').fill(testPassword)
  await press(phone, 'Create my account')
  await phone.getByRole('heading', { name: 'This began in another browser' }).waitFor()
  await look(phone, 'interaction-elsewhere')
})
