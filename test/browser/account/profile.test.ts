/** What somebody changes about themselves: name, language, address, which mails they get. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { addPerson, type TestPerson } from '../../support/server.ts'
import { heading, press, signIn, through } from '../person.ts'
import { look, openStage, type Stage } from '../stage.ts'

let stage: Stage

beforeAll(async () => {
  stage = await openStage()
})
afterEach(() => stage.clear())
afterAll(() => stage[Symbol.asyncDispose]())

async function openAs(person: TestPerson, path: string) {
  const page = await stage.open()
  await page.goto(stage.server.url + path)
  await signIn(page, person)
  return page
}

/** The link in the newest mail, followed as whoever keeps the server reads it. */
async function followMail(page: Awaited<ReturnType<typeof openAs>>, subject: string): Promise<void> {
  await page.getByRole('link', { name: 'Read it here (development)' }).click()
  await page.getByRole('link', { name: subject }).first().click()
  await page.locator('a[href*="/links/"]').first().click()
}

test('a name and a language are those of every page from then on', async () => {
  const page = await openAs(await addPerson(stage.server), '/account/profile')
  await heading(page, 'Profile')
  await look(page, 'account-profile')
  await page.getByLabel('Name').fill('Ann  Other')
  await page.getByLabel('Language').selectOption({ label: 'Deutsch' })
  await press(page, 'Save changes')
  await heading(page, 'Profil')
  expect(await page.getByLabel('Name').inputValue()).toBe('Ann Other')
  expect(await page.locator('html').getAttribute('lang')).toBe('de')
})

test('an address that isn’t proven says so everywhere, and is proven by the link that a button mails', async () => {
  const person = await addPerson(stage.server)
  await stage.server.db.user.update({ where: { id: person.id }, data: { emailVerifiedAt: null } })
  const page = await openAs(person, '/account')
  await page.getByText('Confirm your email address').waitFor()
  await expect(page.getByRole('main').getByRole('link', { name: 'New key' }).count()).resolves.toBe(0)
  await look(page, 'account-unproven')
  await page.goto(`${stage.server.url}/account/keys/new`)
  await press(page, 'Send me the link')
  await page.getByRole('status').getByText('The link is on its way.').waitFor()
  await look(page, 'account-profile-unproven')
  await followMail(page, 'Confirm your email address')
  await press(page, 'Confirm this address')
  await heading(page, 'Hello, Ann Example')
  await expect(page.getByText('Confirm your email address').count()).resolves.toBe(0)
})

test('another address takes the password and the link in the new mailbox', async () => {
  const person = await addPerson(stage.server)
  const page = await openAs(person, '/account/profile/address')
  await heading(page, 'Change address')
  await look(page, 'account-address')
  await page.getByLabel('New address').fill('moved@example.com')
  await page.getByLabel('Current password').fill('not the password at all')
  await press(page, 'Send the link')
  await page.getByRole('alert').getByText('This isn’t your current password.').waitFor()
  expect(await page.getByLabel('New address').inputValue()).toBe('moved@example.com')
  await page.getByLabel('Current password').fill(person.password)
  await press(page, 'Send the link')
  await page.getByRole('status').getByText('A link is on its way to the new address.').waitFor()
  await page.getByText(person.email).first().waitFor()
  await followMail(page, 'Confirm your email address')
  const link = page.url()

  // Somebody else who reads the mail can't use it, signed in or not.
  const stranger = await stage.open()
  await stranger.goto(link)
  await stranger.getByText('This link is for the account that asked for it.').waitFor()
  await expect(stranger.getByRole('button', { name: 'Use this address' }).count()).resolves.toBe(0)

  await through(page, press(page, 'Use this address'))
  await page.goto(`${stage.server.url}/account/profile`)
  await page.getByText('moved@example.com').first().waitFor()
  await stage.server.running.inside.notices.run()
  await page.goto(`${stage.server.url}/dev/mail`)
  const told = page.getByRole('row').filter({ hasText: 'was changed' })
  expect((await told.allInnerTexts()).filter((row) => row.includes(person.email))).toHaveLength(1)
  expect(await told.count()).toBe(2)
})

test('mails that aren’t wanted are unticked, and those for safety can’t be', async () => {
  const person = await addPerson(stage.server)
  const page = await openAs(person, '/account/notifications')
  await heading(page, 'Notifications')
  await look(page, 'account-notifications')
  expect(await page.getByLabel('Somebody signs in from a new browser').isDisabled()).toBe(true)
  await page.getByRole('checkbox', { name: /^An API key is made/ }).uncheck()
  await press(page, 'Save changes')
  await page.getByRole('status').getByText('Your changes are saved.').waitFor()
  expect(await page.getByRole('checkbox', { name: /^An API key is made/ }).isChecked()).toBe(false)
  const { mutedMail } = await stage.server.db.user.findUniqueOrThrow({ where: { id: person.id } })
  expect(mutedMail).toEqual(['key_created'])
})
