/** Password and browsers: what somebody does who fears that another is in their account. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { addPerson, type TestPerson } from '../../support/server.ts'
import { heading, press, signIn, signOut, through } from '../person.ts'
import { look, openStage, type Stage } from '../stage.ts'

let stage: Stage

beforeAll(async () => {
  stage = await openStage()
})
afterEach(() => stage.clear())
afterAll(() => stage[Symbol.asyncDispose]())

async function openAs(person: TestPerson) {
  const page = await stage.open()
  await page.goto(`${stage.server.url}/account/security`)
  await signIn(page, person)
  await heading(page, 'Security')
  return page
}

test('each browser is listed, and signed out by one press, or all others by one confirmed', async () => {
  const person = await addPerson(stage.server)
  const others = [await openAs(person), await openAs(person), await openAs(person)]
  const page = await openAs(person)
  const rows = page.getByRole('region', { name: 'Where you are signed in' }).locator('tbody tr')
  await expect(rows.count()).resolves.toBe(4)
  expect(await rows.filter({ hasText: 'This browser' }).innerText()).toContain('Chrome, Linux')
  await look(page, 'account-security')

  await rows.getByRole('button', { name: 'Sign out' }).first().click()
  await page.getByRole('status').getByText('That browser is signed out.').waitFor()
  await expect(rows.count()).resolves.toBe(3)
  await page.getByRole('link', { name: 'Sign out everywhere else' }).click()
  await heading(page, 'Sign out everywhere else?')
  await look(page, 'account-end-others')
  await press(page, 'Sign out everywhere else')
  await page.getByRole('status').getByText('You are signed out everywhere else.').waitFor()
  await expect(rows.count()).resolves.toBe(1)
  for (const other of others) {
    await other.reload()
    await heading(other, 'Sign in')
  }
})

test('a new password takes the old one, signs every other browser out, and gives this one a new session', async () => {
  const person = await addPerson(stage.server)
  const other = await openAs(person)
  const page = await openAs(person)
  const session = async () => (await page.context().cookies()).find(({ name }) => name === 'keygrant-session')?.value
  const before = await session()
  expect(before).toBeTruthy()
  await page.getByRole('link', { name: 'Change password' }).click()
  await heading(page, 'Change password')
  await look(page, 'account-password')
  await page.getByLabel('Current password').fill('not the password at all')
  await page.getByLabel('New password').fill('seven yellow paper lanterns')
  await press(page, 'Change password')
  await page.getByRole('alert').getByText('This isn’t your current password.').waitFor()
  await look(page, 'account-password-wrong')
  await page.getByLabel('Current password').fill(person.password)
  await page.getByLabel('New password').fill('seven yellow paper lanterns')
  await press(page, 'Change password')
  await page.getByRole('status').getByText('Your password is changed.').waitFor()
  expect(await session()).not.toBe(before)
  await other.reload()
  await heading(other, 'Sign in')

  await through(page, signOut(page))
  await through(page, signIn(page, { email: person.email, password: 'seven yellow paper lanterns' }))
  await page.goto(`${stage.server.url}/.well-known/change-password`)
  await heading(page, 'Change password')
})
