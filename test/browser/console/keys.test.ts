/** Whoever runs the platform finds anybody's key, makes one for a customer with limits of its own, and changes it. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { addApiKey, addOrganization, addServiceAccount } from '../../support/api.ts'
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

test('a key is found by the end of its secret, made for a service account with limits of its own, and changed', async () => {
  const { server } = stage
  const administrator = await addPerson(server, { administrator: true })
  const ann = await addPerson(server, { email: 'ann@example.com' })
  const home = await server.db.organization.findFirstOrThrow({ where: { personalUserId: ann.id } })
  const acme = await addOrganization(server, { name: 'Acme Logistics' })
  const account = await addServiceAccount(server, acme, { name: 'importer' })
  await addApiKey(server, { name: 'Another', organizationId: acme, serviceAccountId: account })
  const { key } = await addApiKey(server, { name: 'Her script', userId: ann.id, organizationId: home.id })

  const page = await stage.open()
  await page.goto(`${server.url}/admin/keys`)
  await signIn(page, administrator)
  await heading(page, 'API keys')
  await page.getByRole('row', { name: /Another.*Acme Logistics.*A service account/ }).waitFor()
  await look(page, 'console-keys')
  await page.getByLabel('Name, ID or end of a secret').fill(`…${key.slice(-4)}`)
  await press(page, 'Filter')
  await page.getByRole('link', { name: 'Show all' }).waitFor()
  expect(await page.getByRole('row').count()).toBe(2)
  await page.getByRole('row', { name: /Her script.*ann@example.com/ }).waitFor()

  await page.goto(`${server.url}/admin/keys/new`)
  await page.getByLabel('Name', { exact: true }).fill('Import')
  await page.getByRole('textbox', { name: /^Organization/ }).fill('Acme')
  await page.getByRole('textbox', { name: /^Acts for/ }).fill('exporter')
  await page
    .getByRole('group', { name: 'What it may do' })
    .getByRole('checkbox', { name: /^See your reports/ })
    .check()
  await page.getByRole('textbox', { name: /^Calls in an hour/ }).fill('many')
  await press(page, 'Create key')
  await page.getByRole('alert').getByText('no service account of this name').waitFor()
  await page.getByRole('textbox', { name: /^Acts for/ }).fill('importer')
  await press(page, 'Create key')
  await page.getByRole('alert').getByRole('link', { name: 'Calls in an hour' }).waitFor()
  await look(page, 'console-key-new')
  await page.getByRole('textbox', { name: /^Calls in an hour/ }).fill('2500')
  await page.getByRole('combobox', { name: 'Tier' }).selectOption('pro')
  await press(page, 'Create key')
  await heading(page, 'Import is ready')
  await page.getByRole('link', { name: 'I have saved it' }).click()
  await page.getByRole('link', { name: 'importer' }).waitFor()
  await page.getByText('2,500 calls in an hour').waitFor()
  await look(page, 'console-key')

  await page.getByRole('link', { name: 'Edit' }).click()
  await page.getByRole('textbox', { name: /^External ID/ }).fill('cust_8812')
  await page.getByRole('textbox', { name: /^Calls in an hour/ }).fill('')
  await press(page, 'Save changes')
  await page.getByRole('status').getByText('Your changes are saved.').waitFor()
  const made = await server.db.apiKey.findFirstOrThrow({ where: { name: 'Import' } })
  expect(made).toMatchObject({
    organizationId: acme,
    serviceAccountId: account,
    tier: 'pro',
    limits: null,
    externalId: 'cust_8812',
    scopes: ['reports:read'],
  })
})
