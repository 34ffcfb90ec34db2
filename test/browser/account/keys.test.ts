/** A customer's API keys, from the first to the last: made, tried, rotated, changed, revoked, with nothing but the pages. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { addPerson, addResources } from '../../support/server.ts'
import { heading, press, signIn } from '../person.ts'
import { look, openStage, type Stage } from '../stage.ts'

let stage: Stage

beforeAll(async () => {
  stage = await openStage()
  await addResources(stage.server)
})
afterEach(() => stage.clear())
afterAll(() => stage[Symbol.asyncDispose]())

const call = (key: string) => fetch(`${stage.server.url}/v1/keys/self`, { headers: { authorization: `Bearer ${key}` } })

test('a key is made with what was ticked, shown once, rotated with a grace, narrowed, and revoked', async () => {
  const page = await stage.open()
  await page.goto(`${stage.server.url}/account/keys`)
  await signIn(page, await addPerson(stage.server))
  await heading(page, 'API keys')
  await page.getByText('No API keys yet').waitFor()
  await look(page, 'account-keys-empty')

  await page.getByRole('link', { name: 'New key' }).click()
  await heading(page, 'New key')
  await page.getByLabel('Name').fill('Nightly export')
  await press(page, 'Create key')
  await page.getByRole('alert').getByText('Tick at least one thing that the key may do.').waitFor()
  expect(await page.getByLabel('Name').inputValue()).toBe('Nightly export')
  await look(page, 'account-keys-new-faulty')
  await page.getByRole('checkbox', { name: /^See your reports/ }).check()
  await page.getByRole('checkbox', { name: /^Change your reports/ }).check()
  await look(page, 'account-keys-new')
  await press(page, 'Create key')

  await heading(page, 'Nightly export is ready')
  await look(page, 'account-keys-made')
  const first = await page.locator('#once-value').innerText()
  const self = await call(first)
  expect(self.status).toBe(200)
  expect(await self.json()).toMatchObject({ scopes: ['reports:read', 'reports:write'] })
  expect(await page.locator('.snippet-code').innerText()).toContain(first)

  // A reload sends the form again: the same key, and no second one.
  await page.reload()
  expect(await page.locator('#once-value').innerText()).toBe(first)
  await page.getByRole('link', { name: 'I have saved it' }).click()
  await heading(page, 'Nightly export')
  expect(await page.content()).not.toContain(first)
  await look(page, 'account-key')

  await page.getByRole('link', { name: 'Rotate' }).click()
  await look(page, 'account-key-rotate')
  await page.getByLabel('The old secret works on for').selectOption('1 hour')
  await page.getByRole('checkbox', { name: /^Change your reports/ }).uncheck()
  await press(page, 'Create the new secret')
  await heading(page, 'Nightly export has a new secret')
  const second = await page.locator('#once-value').innerText()
  expect(second).not.toBe(first)
  expect(await (await call(second)).json()).toMatchObject({ scopes: ['reports:read'] })
  expect((await call(first)).status).toBe(200)
  await page.getByRole('link', { name: 'I have saved it' }).click()
  await page.getByText('Both work until the old one ends.').waitFor()
  await look(page, 'account-key-rotating')

  await page.getByRole('link', { name: 'Edit' }).click()
  await page.getByLabel('Name').fill('Export')
  await page.getByLabel('Allowed addresses').fill('nowhere')
  await press(page, 'Save changes')
  await page.getByRole('alert').getByRole('link', { name: 'Allowed addresses' }).waitFor()
  await page.getByLabel('Allowed addresses').fill('')
  await press(page, 'Save changes')
  await page.getByRole('status').getByText('Your changes are saved.').waitFor()
  await heading(page, 'Export')

  await page.getByRole('link', { name: 'API keys' }).first().click()
  await look(page, 'account-keys')
  await page.getByRole('link', { name: 'Export' }).click()
  await page.getByRole('link', { name: 'Revoke' }).click()
  await heading(page, 'Revoke Export?')
  await look(page, 'account-key-revoke')
  await press(page, 'Revoke Export')
  await page.getByRole('status').getByText('The key is revoked.').waitFor()
  expect((await call(second)).status).toBe(401)
  expect((await call(first)).status).toBe(401)
})
